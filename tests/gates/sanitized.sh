#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the tests with a sanitizer and runs those whose names match a pattern, all of Check's cases or one.
set -u
source=${1:?usage: sanitized.sh SOURCE BUILD address|thread PATTERN [CASE]}
build=$2 kind=$3 pattern=$4
[ -z "${5:-}" ] || export CK_RUN_CASE=$5
gates=$source/tests/gates

# gcc, since the leak checker of clang 14 crashes in PoCL's first compilation. Debug, so that assertions are alive.
# Warnings are left to other builds: instrumented code makes gcc see what cannot happen.
cmake -S "$source" -B "$build" -DCMAKE_C_COMPILER="${SANITIZE_CC:-gcc}" -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_C_FLAGS_DEBUG="-O1 -g" -DCLGN_SANITIZE="$kind" -DCLGN_WERROR=OFF \
    -DCLGN_BUILD_TESTS=ON -DCLGN_BUILD_TOOLS=OFF -DCLGN_BUILD_EXAMPLES=OFF -DCLGN_BUILD_BENCH=OFF \
    -DCLGN_TEST_ALLOW_SKIP="${CLGN_TEST_ALLOW_SKIP:-ON}" \
    >"$build.log" 2>&1 &&
    cmake --build "$build" >>"$build.log" 2>&1 || { tail -n 40 "$build.log"; exit 1; }

export CLGN_TEST_SMALL=1
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0
export LSAN_OPTIONS=suppressions=$gates/lsan.supp:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=suppressions=$gates/tsan.supp:halt_on_error=0
ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$(nproc)" -R "$pattern" | tee "$build.out"
rc=${PIPESTATUS[0]}

# The leak checker of gcc 12 crashes now and then while PoCL's threads end. A test that failed for nothing else is asked
# once more.
crashes=$(grep -c 'LeakSanitizer has encountered a fatal error' "$build.out")
failed=$build/Testing/Temporary/LastTestsFailed.log
if [ "$rc" -ne 0 ] && [ "$crashes" -gt 0 ] && [ "$crashes" -eq "$(wc -l <"$failed")" ]; then
    echo "the leak checker crashed in $crashes tests, which are run again"
    ctest --test-dir "$build" --output-on-failure --no-tests=error --rerun-failed
    rc=$?
fi
exit "$rc"
