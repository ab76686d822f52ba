#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The programs of bench/peers compute right and refuse what they cannot; called with the folder that has them.
set -u
folder=$1 failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

fail() {
    echo "FAILED: $*"
    sed 's/^/    /' "$out"
    failed=1
}

# ask PEER ORDER...: the answers are in the file out, after the greeting.
ask() {
    local peer=$1
    shift
    printf '%s\n' "$@" | "$folder/peer_$peer" >"$out"
}

order() { # DTYPE LAYOUT ACT OP
    echo "prepare {\"problem\": \"g32mb2ic320ih32iw32\", \"dtype\": \"$1\", \"layout\": \"$2\", \"act\": \"$3\"," \
        "\"op\": \"$4\", \"probe\": [0, 5]}"
}

# right PEER DTYPE LAYOUT ACT FIRST SECOND: the result at the probed places, which six other programs agree on.
right() {
    ask "$1" "$(order "$2" "$3" "$4" fwd)" 'run 0' release
    sed -n '2s/.*\[\(.*\),\(.*\)\].*/\1 \2/p' "$out" |
        awk -v a="$5" -v b="$6" '{n += ($1 - a) ^ 2 < 1e-4 && ($2 - b) ^ 2 < 1e-4} END {exit n != 1}' ||
        fail "$1 $2 $3 $4: not $5 $6"
    sed -n 3p "$out" | grep -Eq '^\{"ns":\[[0-9.]+(,[0-9.]+)*\]\}$' || fail "$1 $2 $3 $4: no times"
    [ "$(sed -n 4p "$out")" = '{}' ] || fail "$1: release"
}

# refused PEER REGEXP ORDER...: the last answer is an error that matches.
refused() {
    local peer=$1 text=$2
    shift 2
    ask "$peer" "$@"
    tail -n 1 "$out" | grep -Eq "^\{\"error\":\".*$text.*\"\}$" || fail "$peer: no error with '$text'"
}

"$folder/peer_usual" </dev/null >"$out" || { echo "skipped: $(cat "$out")"; exit 77; }
right usual f32 nchw none -1.96047 0.93463
right usual f16 nchw silu -0.24195 0.67108
right usual bf16 nhwc none -1.97575 1.31670
refused usual 'forward of' "$(order f32 nchw none bwd)"
refused usual 'g3 does not divide' "$(order f32 nchw none fwd | sed s/g32mb2/g3mb2/)"
refused usual 'nothing is prepared' 'run 1'
refused usual 'prepare:' 'prepare {"problem": 1}'
refused usual 'prepare, run or release' 'walk'
if [ -x "$folder/peer_clblast" ]; then
    right clblast f32 nchw silu -0.24195 0.67108
    right clblast f32 nchw relu 0 0.93463
    refused clblast 'channels first' "$(order f32 nhwc none fwd)"
fi
exit $failed
