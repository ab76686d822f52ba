#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles every public header alone, as C11 and as C++.
set -u
include=${1:?usage: check_headers.sh INCLUDE-DIR}
cc=${CC:-cc} cxx=${CXX:-c++}
command -v "$cxx" >/dev/null || { echo "skipped: no C++ compiler"; exit 77; }
count=0 failed=0
file=$(mktemp) || exit 1
trap 'rm -f "$file"' EXIT
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Werror -DCL_TARGET_OPENCL_VERSION=120 "-I$include" -fsyntax-only)
while IFS= read -r header; do
    count=$((count + 1))
    # Twice, for the guard; the declaration, since ISO C wants one in every file.
    printf '#include <%s>\n#include <%s>\nextern int one;\n' "$header" "$header" >"$file"
    "$cc" -x c -std=c11 "${warnings[@]}" "$file" || { failed=1; echo "FAILED as C11: $header"; }
    "$cxx" -x c++ -std=c++11 "${warnings[@]}" "$file" || { failed=1; echo "FAILED as C++: $header"; }
done < <(cd "$include" && find . -name '*.h' -printf '%P\n' | sort)
echo "check_headers: $count headers"
[ "$count" -gt 0 ] && [ "$failed" -eq 0 ]
