#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Mistreats the folder of built programs as long as it takes: torture_cache.sh BUILD-DIR. Of this, ctest runs
# torture_store, with less of everything, and check_cache.
#
# Real programs are PoCL's. Each process has a PoCL cache of its own, since PoCL's is not safe among processes.
set -u
build=$(cd "${1:?usage: torture_cache.sh BUILD-DIR}" && pwd)
fill=$build/tests/fill_cache
work=$(mktemp -d)
mounted=
trap '[ -z "$mounted" ] || umount "$work/small"; rm -rf "$work"' EXIT
failed=0
acts=12 processes=8
export OCL_ICD_VENDORS=$build/tests/icd/pocl CLGN_VERBOSE=cache CLGN_TUNING_DIR=off
unset CLGN_DEVICE

fail() {
    echo "FAILED: $*"
    failed=1
}

# count LABEL: what the processes' messages say, from the files log.*.
count() {
    local word
    printf '%s:' "$1"
    for word in HIT MISS STORE REJECT; do
        printf ' %d %s' "$(cat "$work"/log.* | grep -c "cache: $word")" "$word"
    done
    echo
}

# together LABEL: all processes at once; each has to succeed.
together() {
    local i pids=() bad=0
    rm -f "$work"/log.*
    for ((i = 0; i < processes; i++)); do
        POCL_CACHE_DIR=$work/pocl.$i "$fill" $acts 2>"$work/log.$i" &
        pids+=($!)
    done
    [ "${2:-}" = "" ] || "$2"
    for i in "${pids[@]}"; do
        wait "$i" || bad=$((bad + 1))
    done
    [ "$bad" -eq 0 ] || fail "$1: $bad of $processes processes: $(tail -n 3 "$work"/log.*)"
    count "$1"
}

# Cuts and changes files under the processes that use them; together calls it.
# shellcheck disable=SC2317
vandalise() {
    local i file
    for ((i = 0; i < 200; i++)); do
        file=$(find "$CLGN_CACHE_DIR" -name '*.clgnbin' 2>/dev/null | shuf -n 1)
        [ -n "$file" ] || continue
        case $((i % 4)) in
        0) truncate -s $((RANDOM * 4)) "$file" ;;
        1) printf 'vandal' | dd of="$file" bs=1 seek=$((RANDOM * 3)) conv=notrunc status=none ;;
        2) ln -sf /etc/passwd "$file" ;;
        3) chmod 666 "$file" ;;
        esac 2>/dev/null
    done
}

"$build/tests/torture_store" "$work/store" 8 100 10000 || fail "torture_store"

# PoCL compiles once; every process begins with a copy of what it keeps.
POCL_CACHE_DIR=$work/pocl CLGN_CACHE_DIR=$work/first "$fill" $acts 2>"$work/log.first" || fail "the first process"
for ((i = 0; i < processes; i++)); do
    cp -r "$work/pocl" "$work/pocl.$i"
done
export CLGN_CACHE_DIR=$work/programs
together "$processes processes, $acts problems each, an empty folder"
together "the same, from the folder"
together "the same, with a vandal" vandalise

# Killed at any time, the next process goes on.
for ((i = 0; i < 30; i++)); do
    { POCL_CACHE_DIR=$work/pocl.0 timeout -s KILL "0.$((RANDOM % 9 + 1))" "$fill" $acts; } 2>/dev/null
    [ $((i % 3)) -ne 0 ] || find "$CLGN_CACHE_DIR" -name '*.clgnbin' | shuf -n 5 | xargs -r rm -f
done
together "after 30 kills"
together "and again"
grep -qE 'cache: (MISS|REJECT)' "$work"/log.* && fail "not all is found in the end"

# Folders that do not take anything.
mkdir "$work/exposed" && chmod 777 "$work/exposed"
CLGN_CACHE_DIR=$work/exposed together "a folder that others may write"
[ -z "$(ls -A "$work/exposed")" ] || fail "something is in a folder that others may write"
ln -s /proc "$work/link"
CLGN_CACHE_DIR=$work/link/clgn together "a folder that cannot be made"
mkdir "$work/small"
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=512k,mode=0700 none "$work/small" 2>/dev/null; then
    mounted=yes
    CLGN_CACHE_DIR=$work/small/clgn together "a full disk"
    grep -q 'finds no room' "$work"/log.* || fail "the disk was not full"
else
    echo "a full disk: left out, only root can mount one"
fi
if [ "$(id -u)" -eq 0 ] && mount -o remount,ro "$work/small" 2>/dev/null; then
    CLGN_CACHE_DIR=$work/small/clgn together "a read-only file system"
fi
exit $failed
