#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs clgn, moves the folder, then builds and runs C and C++ programs against it by CMake and by pkg-config.
set -eu
build=${1:?usage: check_install.sh BUILD-DIR}
cc=${CC:-cc} cxx=${CXX:-c++}
for tool in cmake pkg-config "$cxx"; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/first" >"$work/install.log"
mv "$work/first" "$work/prefix"
prefix=$work/prefix
library=$(find "$prefix" -name 'libclgn.so' -print -quit)
libdir=$(dirname "${library:-$(find "$prefix" -name 'libclgn.a' -print -quit)}")

if [ -n "$library" ]; then
    # Nothing but the interface may be visible.
    foreign=$(nm -D --defined-only "$library" | awk '$3 !~ /^clgn_/ {print $3}')
    [ -z "$foreign" ] || { echo "exported, but not clgn_*: $foreign"; exit 1; }
    count=$(nm -D --defined-only "$library" | wc -l)
    declared=$(grep -ohE '^CLGN_API .*\bclgn_[a-z_]+\(' "$prefix"/include/clgn/*.h | wc -l)
    [ "$count" -eq "$declared" ] || { echo "$count functions exported, $declared declared"; exit 1; }
fi

# The tools, where they are built, find the library of their own prefix, and have their pages and data.
if [ -x "$prefix/bin/clgn-norm" ]; then
    for tool in clgn-norm clgn-tune; do
        env -u LD_LIBRARY_PATH "$prefix/bin/$tool" --version >/dev/null ||
            { echo "the installed $tool does not run"; exit 1; }
    done
    for file in man/man1/clgn-tune.1 bash-completion/completions/clgn-tune clgn/suites.csv; do
        [ -s "$prefix/share/$file" ] || { echo "not installed: share/$file"; exit 1; }
    done
fi

mkdir "$work/user"
cat >"$work/user/main.c" <<'END'
#define CL_TARGET_OPENCL_VERSION 120
#include <clgn/clgn.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    clgn_problem problem = CLGN_PROBLEM_INIT;
    char text[32];
    (void)problem;
    (void)snprintf(text, sizeof text, "%d.%d.%d", CLGN_VERSION_MAJOR, CLGN_VERSION_MINOR, CLGN_VERSION_PATCH);
    clgn_context_release(NULL);
    return strcmp(text, clgn_version()) != 0 || strcmp(clgn_status_name(CLGN_ERR_ARGUMENT), "argument") != 0;
}
END
cp "$work/user/main.c" "$work/user/main.cpp"
cat >"$work/user/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.16)
project(user LANGUAGES C CXX)
find_package(clgn 0.1 REQUIRED)
add_executable(user_c main.c)
target_link_libraries(user_c PRIVATE clgn::clgn)
add_executable(user_cpp main.cpp)
target_link_libraries(user_cpp PRIVATE clgn::clgn)
END
CC=$cc CXX=$cxx cmake -S "$work/user" -B "$work/user/build" "-DCMAKE_PREFIX_PATH=$prefix" >"$work/user.log" ||
    { cat "$work/user.log"; exit 1; }
cmake --build "$work/user/build" >"$work/user.log" || { cat "$work/user.log"; exit 1; }
"$work/user/build/user_c"
"$work/user/build/user_cpp"

export PKG_CONFIG_PATH=$libdir/pkgconfig
static=()
[ -n "$library" ] || static=(--static)
# shellcheck disable=SC2046 # the flags are words
"$cc" "$work/user/main.c" -o "$work/pc_c" $(pkg-config "${static[@]}" --cflags --libs clgn)
# shellcheck disable=SC2046 # the flags are words
"$cxx" "$work/user/main.cpp" -o "$work/pc_cpp" $(pkg-config "${static[@]}" --cflags --libs clgn)
LD_LIBRARY_PATH=$libdir "$work/pc_c"
LD_LIBRARY_PATH=$libdir "$work/pc_cpp"
echo "check_install: find_package and pkg-config work from a moved prefix, in C and C++"
