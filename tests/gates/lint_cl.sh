#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks composed kernels (DIR/*.cl with DIR/*.opts) with a strict front end that allows no extension.
set -u
dir=${1:?usage: lint_cl.sh DIR}
clang=${CLANG_CL:-clang-15}
command -v "$clang" >/dev/null || { echo "skipped: no $clang"; exit 77; }

# What run-time compilers accept silently and other ones refuse: double literals, implicit conversions, a missing
# return, built-in functions of extensions. -Wcast-align is not among them: the host promises the alignment of what
# CLGN_ALIGN reads as vectors. A kernel in double precision may use the one extension it is about.
lint() {
    local source=$1 options extensions=-all
    options=$(<"${source%.cl}.opts")
    grep -qE -- '-DCLGN_(X|Y|BIAS|GAMMA|BETA|SCALE|SHIFT)=4( |$)' <<<"$options" && extensions=-all,+cl_khr_fp64
    # shellcheck disable=SC2086 # the options are words
    "$clang" --target=spir64 -x cl $options -Xclang -cl-ext=$extensions -Xclang -finclude-default-header \
        -Wall -Wextra -Wdouble-promotion -Wvla -Wundef -Wconversion -Wshadow -Wno-unused-function \
        -Wno-unused-parameter -Werror -fsyntax-only "$source"
}

count=0 failed=0
for source in "$dir"/[!s]*.cl; do # sub-groups, sg-*, are an extension
    [ -f "$source" ] || continue
    count=$((count + 1))
    lint "$source" || { failed=$((failed + 1)); echo "FAILED: $source"; }
done
echo "lint_cl: $count programs, $failed failed"
[ "$count" -gt 0 ] && [ "$failed" -eq 0 ]
