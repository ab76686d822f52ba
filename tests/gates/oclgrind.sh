#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a program on the Oclgrind simulator with all checks; fails when the program fails or the simulator reports.
set -u
program=${1:?usage: oclgrind.sh PROGRAM [ARGUMENTS]}
command -v oclgrind >/dev/null || { echo "skipped: no oclgrind"; exit 77; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Without -cl-opt-disable the check for uninitialised values crashes on vector shuffles, and reports falsely.
# Functions that the compiler inlines become intrinsics for aliasing that the simulator does not know.
oclgrind --log "$log" --data-races --uninitialized --check-api --max-errors 20 \
    --build-options '-cl-opt-disable -DCLGN_NO_INLINE=1' "$@"
rc=$?
if [ -s "$log" ]; then
    echo "FAILED: oclgrind reports for $program:"
    head -n 60 "$log"
    [ $rc -ne 0 ] || rc=1
fi
exit $rc
