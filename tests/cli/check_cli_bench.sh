#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clgn-tune bench: its options, its three forms of output, what a mistake, a large problem and Ctrl-C do to it.
# shellcheck source=tests/cli/tune_common.sh
. "$(dirname "$0")/tune_common.sh"

small=g2mb2ic8ih3iw4

# --- Mistakes -------------------------------------------------------------------------------------------------------

bad 1 'no problem given' bench
bad 1 'g3 does not divide ic8' bench g3ic8
bad 1 'expected NxC/G' bench 2x8
bad 1 '-d: "0" is not P:D' bench -d 0 $small
bad 1 '--suite: "sd" is not one of sd15 sdxl .* core all' bench --suite sd
bad 1 '--core: needs --suite' bench --core $small
bad 1 '--dt: "s8" is not understood' bench --dt f32,s8 $small
bad 1 '--layout: "abx" is not understood' bench --layout abx $small
bad 1 '--act: "swish" is not understood' bench --act swish $small
bad 1 '--op: "forward" is not understood' bench --op forward $small
bad 1 '--seconds: "-1" is not' bench --seconds -1 $small
bad 1 '--seconds: "1s" is not' bench --seconds 1s $small
bad 1 '--cache: "hot" is neither' bench --cache hot $small
bad 1 'absent: No such file' bench --batch absent
printf 'g2ic4\n--stride=2\n' >batch
bad 1 'batch:2: --stride=2: not an option' bench --batch batch
bad 2 'no OpenCL device 99:0' bench -d 99:0 $small
run 2 bench --config fwd_nothing $small
says err "$small: clgn_plan_create: argument"

# --- A table --------------------------------------------------------------------------------------------------------

run 0 bench --seconds 0 --layout nchw,nhwc --op fwd,bwd $small
[ "$(grep -c "^$small " out)" -eq 4 ] || fail "not 4 rows: $(cat out)"
says out '^efficiency .* 4 measured, 0 skipped, 0 failed$'
run 0 bench --seconds 0 $small 1x4x4096x65536x16/1
says err 'g1mb1ic4id4096ih65536iw16: too large: '
says out ' 1 measured, 1 skipped, 0 failed$'
printf -- '--dt=f16,s8 --dir=FWD_I --flags=CH\n%s\n' $small >batch
run 0 bench --seconds 0 --batch batch
says err 'batch:1: --dt: s8 is not known to clgn'
[ "$(grep -c "^$small " out)" -eq 1 ] || fail "not 1 row: $(cat out)"

bad 1 '--all-configs: not with --config' bench --all-configs --config fwd_rows $small
bad 1 '--level: "quick" is not' bench --all-configs --level quick $small
run 0 bench --seconds 0 --all-configs --level rapid $small
[ "$(grep -c "^$small .* from=pin$" out)" -ge 3 ] || fail "not 3 configurations: $(cat out)"
[ -z "$(grep -o ' [a-z_]*,.*' out | sort | uniq -d)" ] || fail "a configuration twice: $(cat out)"

# --- CSV ------------------------------------------------------------------------------------------------------------

run 0 bench --seconds 0 --csv --act silu,skip+bias+modulate+add+gelu $small
[ "$(wc -l <out)" -eq 3 ] || fail "not 3 lines: $(cat out)"
says out '^problem,op,norm,dtype,layout,act,flags,device,config,from,ns,'
says out "^$small,fwd,group,f32,nchw,skip\\+bias\\+modulate\\+add\\+gelu,CH,"

# --- JSON -----------------------------------------------------------------------------------------------------------

run 0 bench --seconds 0 --json --cache warm --latency --config fwd_rows --out-layout nhwc $small
[ "$(get format)" = clgn-bench ] || fail "format: $(get format)"
[ -n "$(get device.name)" ] || fail "no name of the device"
[ "$(get stopped)" = false ] || fail "stopped: $(get stopped)"
for line in '"problem": "'$small'"' '"op": "fwd"' '"norm": "group"' '"dtype": "f32"' '"layout": "nchw:nhwc"' \
    '"act": "none"' '"from": "pin"' '"config": "fwd_rows,.*"' '"cache": "warm"' '"clock": "(event|wall)"'; do
    says out "^ *$line"
done
# number KEY: the first one of that name.
number() {
    sed -n "s/^ *\"$1\": \\([-0-9.e]*\\),\\{0,1\\}$/\\1/p" out | head -n 1
}
awk -v lo="$(number lo)" -v median="$(number median)" -v hi="$(number hi)" -v bytes="$(number bytes_min)" \
    -v gbps="$(number gbps)" -v copy="$(number copy_gbps)" -v efficiency="$(number efficiency)" \
    -v latency="$(number latency_ns)" -v empty="$(number empty_ns)" '
    function near(a, b) { return a > 0.999 * b && a < 1.001 * b }
    BEGIN { exit !(0 < lo && lo <= median && median <= hi && near(gbps, bytes / median) &&
                   near(efficiency, gbps / copy) && latency > 0 && empty > 0) }' ||
    fail "numbers that disagree: $(cat out)"

# --- The host's time ------------------------------------------------------------------------------------------------

bad 1 '--host: cannot be compared' bench --host --compare absent.json $small
run 0 bench --host $small
says out "^$small .* 1  fwd_rows"
run 0 bench --host --json --config fwd_twopass $small
[ "$(get format)" = clgn-bench-host ] || fail "format: $(get format)"
says out '"launches": 2$'
for key in first_plan_ns plan_ns enqueue_ns driver_ns; do
    awk -v ns="$(number $key)" 'BEGIN { exit !(ns > 0 && ns < 60e9) }' || fail "$key is $(number $key)"
done

# --- Ctrl-C ---------------------------------------------------------------------------------------------------------

# The first problem would take a minute.
"$tune" bench --json --seconds 60 $small g4mb2ic8ih3iw4 >out 2>err &
pid=$!
calls=$((calls + 1))
sleep 2
kill -INT $pid
wait $pid
status=$?
[ $status -eq 4 ] || fail "status $status instead of 4 after Ctrl-C"
[ "$(get stopped)" = true ] || fail "after Ctrl-C stopped is $(get stopped)"
[ "$(get results)" = "[]" ] || fail "after Ctrl-C results are $(get results)"

finish
