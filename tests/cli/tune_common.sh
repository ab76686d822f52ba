# SPDX-License-Identifier: Apache-2.0
# What the checks of clgn-tune's command line share; they are called with CLGN-TUNE HELPERS-DIR.
# shellcheck shell=bash
set -u
# shellcheck disable=SC2034 # not every check needs all
tune=$1 helpers=$2
calls=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
"$tune" devices >out 2>err || { echo "skipped: $(cat err)"; exit 77; }

fail() {
    echo "FAILED: $*"
    sed 's/^/    stderr: /' err
    failed=1
}

# run STATUS ARGUMENT...: one call; its stdout is in the file out, its stderr in err.
run() {
    local wanted=$1 status
    shift
    "$tune" "$@" >out 2>err
    status=$?
    calls=$((calls + 1))
    [ "$status" -eq "$wanted" ] || fail "status $status instead of $wanted: clgn-tune $*"
}

# says FILE REGEXP: a line of out or err matches.
says() {
    grep -Eq -e "$2" "$1" || fail "nothing matches '$2' in $1: $(head -n 5 "$1")"
}

# bad STATUS REGEXP ARGUMENT...: run, with a message on stderr that matches and nothing on stdout.
bad() {
    local wanted=$1 text=$2
    shift 2
    run "$wanted" "$@"
    says err "(^|/)clgn-tune.*: .*$text"
    [ ! -s out ] || fail "something on stdout: clgn-tune $*"
}

# get KEY...: of the JSON in the file out.
get() {
    "$helpers/json_get" "$@" <out
}

# The last line of every check.
finish() {
    echo "$(basename "$0"): $calls calls of clgn-tune"
    exit $failed
}
