#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clgn-tune devices, and clgn-tune's own command line.
# shellcheck source=tests/cli/tune_common.sh
. "$(dirname "$0")/tune_common.sh"

bad 1 '"g1ic1": no argument is taken' devices g1ic1
bad 1 'unrecognized option' devices --all
bad 1 '"benches" is not a command' benches
run 1
says err '^Usage: clgn-tune'
run 0 --version
says out '^clgn-tune [0-9]+\.[0-9]+\.[0-9]+$'
run 0 --help
says out '^  bench +'
says out 'Exit status: 0 ok, 1 usage, 2 device'

run 0 devices
says out '^[0-9]+:[0-9]+  .*; arch .+, [0-9]+ compute units, f16 (yes|no), f64 (yes|no), sub-groups (yes|no), '
says out ', event timer (true|false)$'
[ ! -s err ] || fail "something on stderr"
run 0 devices --json
[ "$(get format)" = clgn-devices ] || fail "format: $(get format)"
for line in '"id": "[0-9]+:[0-9]+"' '"name": ".+"' '"arch": ".+"' '"type": "(cpu|gpu|accelerator)"' \
    '"compute_units": [1-9][0-9]*' '"platform": ".+"' '"driver": ".+"' '"f64": (true|false)' \
    '"event_timer": "(true|false)"'; do
    says out "^ *$line"
done

# Without a device.
mkdir none
OCL_ICD_VENDORS=$work/none run 2 devices
says err 'clgn-tune devices: no OpenCL device'
OCL_ICD_VENDORS=$work/none run 2 devices --json
[ "$(get devices)" = "[]" ] || fail "devices: $(get devices)"
OCL_ICD_VENDORS=$work/none run 2 bench g1ic1
says err 'clgn-tune bench: .*no OpenCL device'

finish
