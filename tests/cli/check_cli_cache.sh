#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clgn-tune cache as a user has it: programs that a bench stored, looked at, damaged, pruned, cleared.
# shellcheck source=tests/cli/tune_common.sh
. "$(dirname "${BASH_SOURCE[0]}")/tune_common.sh"

bad 1 "there is no folder" cache info
export CLGN_CACHE_DIR=$work/programs
run 0 cache info
says out "^$CLGN_CACHE_DIR: 0 programs, 0.0 of at most 128 MiB$"
run 0 cache list
[ ! -s out ] || fail "an empty folder lists $(cat out)"
run 0 cache clear
says out "^0 files removed, 0.0 MiB; 0 left, 0.0 MiB$"

# fill: fill_cache, its messages in the file err.
fill() {
    CLGN_VERBOSE=cache "$helpers/fill_cache" 2>err || fail "fill_cache: status $?"
}
fill
stored=$(grep -c 'cache: STORE' err)
[ "$stored" -ge 2 ] || fail "two plans stored $stored programs"
fill
grep -q 'cache: HIT' err || fail "the second time finds nothing"
! grep -Eq 'cache: (MISS|STORE|REJECT)' err || fail "the second time finds not all"

run 0 cache info
says out ": $stored programs, "
run 0 cache list
[ "$(wc -l <out)" -eq "$stored" ] || fail "$stored programs make $(wc -l <out) lines"
[ "$(grep -cE '^[0-9a-f]{12} +[0-9.]+ KiB  20[0-9]{2}-[0-9]{2}-[0-9]{2}  .+, driver [^?]+$' out)" -eq "$stored" ] ||
    fail "lines of another form: $(cat out)"
run 0 cache list --keys
says out '^    options [0-9]+ -cl-std=CL1\.2 -DCLGN_X=1 '
says out '^    processor [0-9]+ [0-9a-f]{16}'
run 0 cache verify
says out "^$stored programs, 0 not good$"

# One byte of one file: told by verify, by list and by info, and gone after prune.
first=$(find "$CLGN_CACHE_DIR" -name '*.clgnbin' | sort | head -n 1)
printf 'x' | dd of="$first" bs=1 seek=200 conv=notrunc status=none
echo keep >"$CLGN_CACHE_DIR/README"
run 3 cache verify
says out "^$first is damaged$"
says out "^$stored programs, 1 not good$"
run 0 cache list
says out ' is damaged$'
run 0 cache info
says out ', 1 not good$'
run 0 cache prune
says out "^1 files removed, .* $((stored - 1)) left, "
run 0 cache prune --max 0.001
says out " 0 left, 0.0 MiB$"
[ -z "$(find "$CLGN_CACHE_DIR" -name '*.clgnbin')" ] || fail "left: $(ls "$CLGN_CACHE_DIR")"
[ "$(cat "$CLGN_CACHE_DIR/README")" = keep ] || fail "a foreign file is gone"

mkdir other
run 0 cache info --folder other
says out '^other: 0 programs'

bad 1 'is no action of cache' cache burn
bad 1 'one action is taken' cache info list
bad 1 '--keys is for list alone' cache info --keys
bad 1 '--max is for prune alone' cache clear --max 3
bad 1 '--max=many is not a number of MiB' cache prune --max many
bad 1 '--max=-1 is not a number of MiB' cache prune --max=-1
run 1 cache
says err '^Usage: clgn-tune cache '
finish
