# SPDX-License-Identifier: Apache-2.0
# What the checks of clgn-norm's command line share; they are called with CLGN-NORM HELPERS-DIR VECTORS-DIR.
# shellcheck shell=bash
set -u
# shellcheck disable=SC2034 # not every check needs all
norm=$1 helpers=$2 vectors=$3
calls=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Outputs go to made/, so that what is left there can be seen.
cd "$work" && mkdir made || exit 1
"$norm" --list >out 2>err || { echo "skipped: $(cat err)"; exit 77; }

fail() {
    echo "FAILED: $*"
    sed 's/^/    stderr: /' err
    failed=1
}

# run STATUS OPTION...: one call; its stdout is in the file out, its stderr in err.
run() {
    local wanted=$1 status
    shift
    "$norm" --seconds 0 "$@" >out 2>err
    status=$?
    calls=$((calls + 1))
    [ "$status" -eq "$wanted" ] || fail "status $status instead of $wanted: clgn-norm $*"
}

one_line() {
    [ "$(wc -l <out)" -eq 1 ] && [ -z "$(tail -c 1 out)" ]
}

# good OPTION...: run 0, and one line on stdout.
good() {
    run 0 "$@"
    one_line || fail "not one line on stdout: clgn-norm $*"
}

# bad STATUS REGEXP OPTION...: run, with a message on stderr that matches, nothing on stdout, no file left.
bad() {
    local wanted=$1 text=$2
    shift 2
    run "$wanted" "$@"
    grep -Eq -e "(^|/)clgn-norm: .*$text" err || fail "no message with '$text': clgn-norm $*"
    [ ! -s out ] || fail "something on stdout: clgn-norm $*"
    [ -z "$(ls -A made)" ] || fail "left: $(ls -A made): clgn-norm $*"
    rm -rf made/*
}

# npy FILE DESCR ORDER SHAPE BYTES [DATA]: an array of zeros, or of DATA, four bytes for printf, again and again.
npy() {
    local header="{'descr': '$2', 'fortran_order': $3, 'shape': ($4), }" i
    {
        printf '\x93NUMPY\x1\0%b\0' "\x$(printf %x $((${#header} + 1)))"
        printf '%s\n' "$header"
        if [ $# -eq 5 ]; then
            head -c "$5" /dev/zero
        else
            # shellcheck disable=SC2059 # the data is a format
            for ((i = 0; i < $5; i += 4)); do printf "$6"; done
        fi
    } >"$1"
}

# The last line of every check.
finish() {
    echo "$(basename "$0"): $calls calls of clgn-norm"
    exit $failed
}
