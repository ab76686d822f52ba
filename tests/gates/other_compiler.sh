#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds everything with another C compiler, warnings as errors, the library static; runs the host tests, and installs.
set -u
source=${1:?usage: other_compiler.sh SOURCE BUILD COMPILER}
build=$2 compiler=$3
command -v "$compiler" >/dev/null || { echo "skipped: no $compiler"; exit 77; }
cmake -S "$source" -B "$build" -DCMAKE_C_COMPILER="$compiler" -DCLGN_WERROR=ON -DBUILD_SHARED_LIBS=OFF \
    -DCLGN_BUILD_TESTS=ON >"$build.log" 2>&1 &&
    cmake --build "$build" >>"$build.log" 2>&1 || { tail -n 40 "$build.log"; exit 1; }
ctest --test-dir "$build" --output-on-failure --no-tests=error -L host -LE 'slow|gate' &&
    "$source/tests/gates/check_install.sh" "$build"
