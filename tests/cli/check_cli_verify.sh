#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clgn-tune verify: right configurations, pins that are not legal, and results that a layer of the loader makes wrong.
# shellcheck source=tests/cli/tune_common.sh
. "$(dirname "$0")/tune_common.sh"

small=g2mb2ic8ih40iw41

# --- Right ----------------------------------------------------------------------------------------------------------

run 0 verify "$small" --dt f32,f16:f32 --act add+silu --op fwd,bwd
[ "$(grep -c '^right .* [0-9]* cases, worst 0\.[0-9]* of the bound in [a-z]*$' out)" -eq 4 ] ||
    fail "not four right results: $(cat out)"
run 0 verify "$small" --config fwd_twopass,slices=3,bands=2 --layout nhwc --seed 7 --json
[ "$(get format results)" != "" ] || fail "no JSON: $(cat out)"
says out '"config": "fwd_twopass,.*slices=3,bands=2'
says out '"from": "pin"'
says out '"outcome": "right"'
says out '"cases": 8'
says out '"whole": true'

run 0 verify g2mb1ic4ih9 --all-configs --level rapid
[ "$(grep -c '^right ' out)" -ge 3 ] && [ "$(grep -c '^right .*fwd_twopass' out)" -ge 1 ] ||
    fail "not several right results: $(cat out)"

# --- Refused --------------------------------------------------------------------------------------------------------

run 1 verify "$small" --config fwd_rows,vec=3
says out '^refused'
says out 'vec=3 is not a power of two'
bad 1 'no problem is given' verify
bad 1 'not a number' verify "$small" --seed x
bad 1 'not rapid, normal or exhaustive' verify "$small" --level all
bad 1 'exclude each other' verify "$small" --all-configs --config fwd_rows
bad 2 'no OpenCL device' verify "$small" -d 0:99

# --- Results that are wrong -----------------------------------------------------------------------------------------

# wrong KIND REGEXP: what the layer spoils of each buffer that is read is noticed.
wrong() {
    OPENCL_LAYERS=$LAYER_WRONG CLGN_TEST_WRONG=$1 run 3 verify "$small" --op fwd
    says out '^wrong'
    says out "$2"
    OPENCL_LAYERS=$LAYER_WRONG CLGN_TEST_WRONG=$1 run 3 verify "$small" --op bwd --json
    says out '"outcome": "wrong"'
}
wrong middle '[1-9][0-9]* of [0-9]* elements of y are wrong; worst at n=.* instead of .* \(case group n=2'
wrong first 'byte 0 of [0-9]* of the buffer of [a-z]* was written, which is not part of an output'
wrong value 'byte [1-9][0-9]* of [0-9]* of the buffer of [a-z]* was written, which is not part of an output'
OPENCL_LAYERS=$LAYER_WRONG CLGN_TEST_WRONG=failure run 2 verify "$small"
says out '^failed'
says out 'clEnqueueReadBuffer of [a-z]*: -5'
finish
