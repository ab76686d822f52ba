#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clgn-tune run: a result is kept and read by the library; crashes, hangs, wrong results and signals lose nothing else.
# shellcheck source=tests/cli/tune_common.sh
. "$(dirname "$0")/tune_common.sh"

small=g2mb2ic8ih20iw21
export XDG_STATE_HOME=$work/state CLGN_TUNING_DIR=$work/tuning
fast=(--level rapid --progress none)

# config PIN: of the first entry in the file FILE.
config_of() {
    sed -n 's/.*"config": "\(.*,.*\)",$/\1/p' "$1" | head -n 1
}

# count PATTERN: lines of the journal.
count() {
    grep -c -e "$1" journal
}

# --- A run, what is kept of it, what reads it ---------------------------------------------------------------------

run 1 run "$small" --disturb noise=0.1
says err '--disturb: needs --simulate'
run 0 run "$small" "${fast[@]}" --dry-run
says out "^$small  1[0-6] configurations$"
[ ! -e tuning ] && [ ! -e state ] || fail "--dry-run wrote something"
run 0 run "$small" "${fast[@]}" --json
says out '"status":|"correct": 1[0-6]'
says out '"stopped": false'
says out '"worst": 0\.'
file=$(echo tuning/*.json)
run 0 db validate "$file"
run 0 explain "$small"
says out "$(config_of "$file" | cut -d, -f1)"
says out 'chosen'
[ "$(tail -n 1 state/clgn/journal*.jsonl)" = '{"finished":true}' ] || fail "the journal is not finished"

# --- A worker that crashes or hangs costs one configuration -------------------------------------------------------

CLGN_TEST_WORKER=exit:unroll=2 run 0 run "$small" "${fast[@]}" -o crash.json --journal journal
says out '1 crash'
[ "$(count '"status":"crash".*unroll=2')" -eq 1 ] || fail "not one crash in the journal: $(cat journal)"
[ "$(grep -c '"status":"correct"' journal)" -ge 9 ] || fail "the others were not verified"
run 0 db validate crash.json
config_of crash.json | grep -q unroll=2 && fail "a configuration that crashes was taken"
CLGN_TEST_WORKER=hang:unroll=8 run 0 run "$small" "${fast[@]}" --config-timeout 10 -o hang.json --journal journal
says journal '"status":"timeout","text":"no answer within 10 s".*unroll=8'
[ -e journal.old ] || fail "the finished journal was not kept"

# --- A device that is gone ----------------------------------------------------------------------------------------

# Everything that is computed is wrong: no entry.
OPENCL_LAYERS=$LAYER_WRONG CLGN_TEST_WRONG=value run 3 run "$small" "${fast[@]}" -o wrong.json --journal wrong.jsonl
says err 'no configuration is right'
[ ! -e wrong.json ] || fail "a wrong result went into the database"
says wrong.jsonl '"status":"correctness"'
# It crashes, and nothing works afterwards.
OPENCL_LAYERS=$LAYER_WRONG CLGN_TEST_WRONG=value CLGN_TEST_WORKER=exit:unroll=2 run 4 run "$small" "${fast[@]}" \
    -o wrong.json --journal wrong2.jsonl
says err 'does not compute right any more'
says err 'this resumes:'

# --- Interrupted and resumed --------------------------------------------------------------------------------------

rm journal
"$tune" run "$small" "${fast[@]}" --journal journal -o kept.json --json >out 2>err &
pid=$!
for _ in $(seq 600); do
    [ "$(count '"status":"correct"' 2>/dev/null)" -ge 3 ] 2>/dev/null && break
    sleep 0.05
done
kill -TERM "$pid"
wait "$pid"
status=$?
[ "$status" -eq 4 ] || fail "status $status of an interrupted run: $(cat err)"
says out '"stopped": true'
says err 'this resumes:'
[ ! -e kept.json ] || fail "an interrupted run wrote an entry"
verified=$(count '"status":"correct"')
printf '{"problem":"half a li' >>journal # as a power cut leaves it
run 0 run "$small" "${fast[@]}" --journal journal -o kept.json
[ "$(count 'half a li')" -eq 0 ] || fail "the broken line is still there"
# Every configuration was verified once, and the winner alone once more.
twice=$(grep '"status":"correct"' journal | grep -o '"config":"[^"]*"' | sort | uniq -d | wc -l)
[ "$twice" -eq 1 ] && [ "$verified" -ge 3 ] ||
    fail "$twice configurations were verified twice, $verified before the interruption"

# The clock is the first run's, and another seed is another run, whose journal is not lost.
sed -i 's/"timer":"[a-z]*"/"timer":"wall"/; /"finished"/d' journal
run 0 run "$small" "${fast[@]}" --journal journal -o kept.json
head -n 1 journal | grep -q '"timer":"wall"' || fail "the resumed run has another clock: $(head -n 1 journal)"
cp journal recorded
run 0 run "$small" "${fast[@]}" --journal journal --seed 9 --dry-run
run 0 run "$small" "${fast[@]}" --journal journal --seed 9 -o kept.json
says err 'journal is of another device, level, seed or version: it is kept as journal.old'
cmp -s recorded journal.old || fail "the other run's journal is not what it was"
mv recorded journal

# --- The same without a device ------------------------------------------------------------------------------------

cp journal recorded
run 0 run --simulate recorded --disturb noise=0.01,outliers=0.03 --seed 3 -o simulated.json --json
says out '"stopped": false'
run 0 db validate simulated.json
run 4 run --simulate recorded --disturb noise=0.01,stop=30 --journal replayed --progress none
says err 'this resumes:'
samples=$(grep -c '"ns":' replayed)
[ "$samples" -eq 30 ] || fail "$samples samples in place of 30"
run 0 run --simulate recorded --disturb noise=0.01 --journal replayed --progress none -o simulated.json
[ "$(tail -n 1 replayed)" = '{"finished":true}' ] || fail "the simulated run was not resumed"
[ "$(grep -c '^{"copy_ns":' replayed)" -eq 15 ] || fail "not three times five copies"

# --- Mistakes -----------------------------------------------------------------------------------------------------

bad 1 'no problem is given' run
bad 1 '--level high: is none of' run "$small" --level high
bad 1 '--time 5x: not a time' run "$small" --time 5x
bad 1 '--seed -1' run "$small" --seed -1
bad 1 '--disturb noise: not a list' run --simulate recorded --disturb noise
bad 1 'has no -d' run --simulate recorded -d 0:0
bad 1 'no header of a clgn-journal' run --simulate kept.json
bad 1 'No such file' run --simulate nothing
bad 2 'no OpenCL device' run "$small" -d 0:99
finish
