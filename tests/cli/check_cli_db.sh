#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clgn-tune db and explain as a user has them: files made, merged, checked, and what a plan gets of them.
# shellcheck source=tests/cli/tune_common.sh
. "$(dirname "${BASH_SOURCE[0]}")/tune_common.sh"

kind="fwd group x=f32/nchw y=f32/nchw gamma=f32 beta=f32"
device='{"vendor":"v","name":"A GPU (2)","arch":"a","type":"gpu","compute_units":4,"platform":"p","driver":"1"'
device=$device',"version":"1"}'
revision=$(sed -n "s/#define CLGN_KERNEL_REVISION //p" "$(dirname "$0")/../../src/source.h")

# entry N CONFIG MEDIAN COPY [QUALITY]
entry() {
    printf '{"kind":"%s","n":%s,"c":8,"g":4,"s":16,"config":"%s","ns":{"median":%s,"lo":1,"hi":9e9,"samples":9},' \
        "$kind" "$1" "$2" "$3"
    printf '"base":{"config":"fwd_rows","median":3000},"copy_ns":%s,"verify":{"cases":3,"worst":0.5},' "$4"
    printf '"run":"r1","quality":"%s"}' "${5:-ok}"
}

# file NAME DEVICE ENTRY...
file() {
    local name=$1 of=$2 joint=
    shift 2
    {
        printf '{"format":"clgn-tuning","format_version":1,"kernel_revision":%s,"device":%s,' "$revision" "$of"
        printf '"runs":[{"id":"r1"},{"id":"unused"}],"entries":['
        while [ $# -gt 0 ]; do
            printf '%s%s' "$joint" "$1"
            joint=,
            shift
        done
        printf ']}\n'
    } >"$name"
}

export CLGN_TUNING_DIR=$work/user
bad 1 'is no action' db sing
bad 1 'merge needs' db merge a.json
bad 1 'export alone' db list -o x
bad 1 'prune alone' db list --noisy
run 1 db
run 0 db list
says out 'no choices were measured'
CLGN_TUNING_DIR=off bad 1 'CLGN_TUNING_DIR is off' db list

file a.json "$device" "$(entry 1 fwd_rows,vec=1 1000 500)" "$(entry 2 fwd_rows,vec=1 2000 500)"
file b.json "$device" "$(entry 1 fwd_rows,vec=2 900 500)" "$(entry 2 fwd_rows,vec=2 2100 500)" \
    "$(entry 3 fwd_rows,vec=2 500 500 noisy)"
file other.json "${device/A GPU/B GPU}" "$(entry 1 fwd_rows,vec=2 900 500)"
file wrong.json "$device" "$(entry 1 fwd_rows,vec=3 900 500)" "$(entry 2 fwd_rows,vec=4 900 500)"
revision=99 file old.json "$device" "$(entry 1 fwd_rows,vec=2 900 500)"
head -c 300 a.json >cut.json

run 0 db validate a.json b.json other.json
run 3 db validate a.json wrong.json
says err 'wrong.json: entries\[0\]: vec=3 is not a power of two'
run 3 db validate old.json
says err 'kernel_revision: measured with 99'
run 3 db validate cut.json
run 3 db validate none.json
says err 'none.json: there is no such file'
run 0 db show a.json
says out 'n=2 c=8 g=4 s=16 +2.0 us +1.50x +fwd group .* fwd_rows,vec=1$'

cp a.json into.json
run 0 db merge into.json b.json
says out 'b.json: 1 added, 1 replaced, 1 left as they were, in into.json'
run 0 db show into.json
says out 'n=1 .*vec=2'
says out 'n=2 .*vec=1'
says out 'n=3 .*noisy'
cp into.json before.json
run 3 db merge into.json other.json
says err 'other.json: the files are of different devices'
run 3 db merge into.json wrong.json
says err 'wrong.json: vec=3|wrong.json: entries'
run 3 db merge into.json cut.json
cmp -s into.json before.json || fail "a refused merge changed the file"

run 0 db import a.json other.json
run 0 db list
[ "$(wc -l <out)" -eq 2 ] || fail "not two devices"
says out '^ +2 choices  A GPU \(2\), 4 compute units \(p, driver 1\)  .*/user/a-gpu-2-4-[0-9a-f]{8}\.json$'
run 0 db import b.json
run 0 db show
says out 'n=1 .*vec=2'
bad 1 'export takes one file' db export
run 0 db export into.json -o shipped.json
says err '2 choices written, 1 left out'
run 0 db export into.json
cmp -s out shipped.json || fail "export differs by where it writes"
run 0 db validate shipped.json
grep -q unused shipped.json && fail "a run that nobody names was shipped"

run 0 db prune wrong.json
says out 'wrong.json: 1 choices removed, 1 left'
run 0 db validate wrong.json
run 0 db prune --noisy into.json
says out '1 choices removed, 2 left'
run 0 db prune old.json
says out '1 choices removed, 0 left'
run 3 db prune none.json
[ ! -e none.json ] || fail "prune made a file"

# A choice for this device is what a plan gets, and explain tells the way to it.
run 0 explain --seconds 0 --json g4mb2ic8iw16
here=$(get results.0.kind)
[ "$here" = "$kind" ] || fail "the kind is $here"
"$tune" devices --json >out || fail "devices --json"
device=$(get devices.0)
file mine.json "$device" "$(entry 2 fwd_twopass,slices=2 900 500)"
run 0 db import mine.json
run 0 explain --seconds 0 g4mb2ic8iw16
says out 'user-db +fwd_twopass,.*slices=2,bands=1: chosen'
says out 'plan +fwd_twopass,.*slices=2,bands=1 from=user-db'
says out 'traffic +0.004 MB moved'
run 0 explain --seconds 0 g4mb3ic8iw16
says out 'from=user-nearest'
run 0 explain --seconds 0 g4mb200ic8iw16
says out 'user-nearest +fwd_twopass: measured for n=2 c=8 g=4 s=16, 6.64 octaves away: too far'
says out 'plan .* from=heuristic'
run 0 explain --seconds 0 --act silu g4mb2ic8iw16
says out 'user-db +no entry of this kind'
run 0 explain --seconds 0.05 g4mb2ic8iw16
says out 'speed +[0-9.]+ us, [0-9.]+ GB/s of the least: [0-9.]+ of the fastest'
run 1 explain --seconds 0 --config fwd_rows,vec=3 g4mb2ic8iw16
says out 'plan +none: argument'
bad 1 'no problem is given' explain
finish
