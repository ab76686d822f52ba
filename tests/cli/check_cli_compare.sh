#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clgn-tune bench --compare on made-up results: what counts as slower, what has no partner, what is no result.
# shellcheck source=tests/cli/tune_common.sh
. "$(dirname "$0")/tune_common.sh"

# result PROBLEM LO MEDIAN HI EFFICIENCY [OTHER-MEMBERS]: times in us.
result() {
    printf '{"problem": "%s", "op": "fwd", "norm": "group", "dtype": "f32", "layout": "nchw", "act": "none", ' "$1"
    printf '"device": "made up", "config": "fwd_rows,wgs=1", "from": "heuristic", %s ' "${6:+$6,}"
    printf '"ns": {"lo": %s000, "median": %s000, "hi": %s000}, "efficiency": %s}' "$2" "$3" "$4" "$5"
}

# results FILE RESULT...
results() {
    local file=$1 comma=
    shift
    {
        printf '{"format": "clgn-bench", "results": ['
        while [ $# -gt 0 ]; do
            printf '%s\n%s' "$comma" "$1"
            comma=,
            shift
        done
        printf ']}\n'
    } >"$file"
}

# compare STATUS NOW [OPTION...]: with base.json.
compare() {
    local wanted=$1 now=$2
    shift 2
    run "$wanted" bench --compare base.json --input "$now" "$@"
}

# verdict PROBLEM WORDS: the end of the problem's row.
verdict() {
    says out "^$1 .*  $2\$"
}

# --- What counts as slower ------------------------------------------------------------------------------------------

results base.json "$(result g1ic1 99 100 101 0.80)" "$(result g1ic2 99 100 101 0.80)" \
    "$(result g1ic3 90 100 115 0.80)" \
    "$(result g1ic4 99 100 101 0.80)" "$(result g1ic5 99 100 101 0)"
results now.json "$(result g1ic1 103 104 105 0.77)" "$(result g1ic2 109 110 111 0.72)" \
    "$(result g1ic3 105 110 120 0.72)" \
    "$(result g1ic4 89 90 91 0.90)" "$(result g1ic5 100 107 109 0)"
compare 3 now.json
verdict g1ic1 same
verdict g1ic2 SLOWER
verdict g1ic3 unsure
verdict g1ic4 faster
verdict g1ic5 unsure
says out '^g1ic5 .* us '
says out '^g1ic2 .* efficiency '
says out '^1 the same, 1 faster, 1 slower by more than 5 % and the noise, 2 perhaps, 0 \+ 0 alone$'
compare 0 now.json --max-regress 13%
says out '^5 the same, 0 faster, 0 slower'
compare 3 now.json --max-regress 2
says out ', 2 slower by more than 2 %'
cp out first
compare 3 now.json --max-regress 2
cmp -s out first || fail "another table the second time"

# The time says the opposite of the efficiency where the copy is slower, too.
results slow.json "$(result g1ic1 119 120 121 0.81)"
compare 0 slow.json
verdict g1ic1 same
compare 3 slow.json --metric time
verdict g1ic1 SLOWER

# The copy's noise counts.
results noisy.json "$(result g1ic1 109 110 111 0.72 '"copy_ns": {"lo": 80000, "median": 88000, "hi": 99000}')"
compare 0 noisy.json
verdict g1ic1 unsure

# Another configuration by the library's choice is named; another pin is another problem.
results other.json "$(result g1ic1 99 100 101 0.80 | sed 's/wgs=1/wgs=2/')"
compare 0 other.json
verdict g1ic1 'same, another configuration: fwd_rows,wgs=2'
sed -i 's/heuristic/pin/' other.json
results base2.json "$(result g1ic1 99 100 101 0.80 | sed 's/heuristic/pin/')"
bad 1 'base2.json: no result has a partner there' bench --json --compare base2.json --input other.json 3>&1 >/dev/null

# --- Without a partner ----------------------------------------------------------------------------------------------

results more.json "$(result g1ic1 99 100 101 0.80)" "$(result g1ic9 99 100 101 0.80)"
compare 0 more.json
says out '^g1ic9 .* not in the base \(made up\)$'
says out '^g1ic5 .* in the base alone \(made up\)$'
says out ', 4 \+ 1 alone$'
sed 's/made up/elsewhere/' more.json >elsewhere.json
compare 1 elsewhere.json
says out '^g1ic1 .* not in the base \(elsewhere\)$'
says err 'base.json: no result has a partner there'

# --- Files that are no results --------------------------------------------------------------------------------------

# no REGEXP: the file no.json is refused, as base and as input.
no() {
    bad 1 "$1" bench --compare no.json --input now.json
    bad 1 "$1" bench --compare base.json --input no.json
}
rm -f no.json
no 'no.json: No such file'
head -c 100 now.json >no.json
no 'no.json:[0-9]+:[0-9]+: '
echo '[]' >no.json
no 'no.json: format: missing'
echo '{"format": "clgn-tuning", "results": []}' >no.json
no 'no.json: format: clgn-tuning where "clgn-bench" is wanted'
echo '{"format": "clgn-bench"}' >no.json
no 'no.json: results: missing'
results no.json "$(result g1ic1 99 100 101 0.80)" "$(result g1ic2 99 100 101 0.80 | sed 's/"op": "fwd", //')"
no 'no.json: results\[1\].op: missing, or not a text'
results no.json "$(result g1ic1 101 100 101 0.80)"
no 'no.json: results\[0\].ns.median: less than'
results no.json "$(result g1ic1 -1 100 101 0.80)"
no 'no.json: results\[0\].ns.lo: missing, or not a positive number'
results no.json "$(result g1ic1 99 100 101 '"good"')"
no 'no.json: results\[0\].efficiency: not a number'
results no.json "$(result g1ic1 99 100 101 0.8 '"copy_ns": {}')"
no 'no.json: results\[0\].copy_ns.lo: missing'
results no.json "$(result g1ic1 99 100 101 0.80)" "$(result g1ic1 99 100 101 0.80)"
run 1 bench --compare no.json --input now.json
says err 'base: results\[1\]: g1ic1 .* stands there twice'

# --- Mistakes -------------------------------------------------------------------------------------------------------

bad 1 '--input: needs --compare' bench --input now.json
bad 1 '--input: no problem is measured' bench --compare base.json --input now.json g1ic1
bad 1 'no problem given' bench --compare base.json
bad 1 '--max-regress: "much" is not' bench --compare base.json --max-regress much
bad 1 '--max-regress: "-5%" is not' bench --compare base.json --max-regress -5%
bad 1 '--max-regress: "%" is not' bench --compare base.json --max-regress %
bad 1 '--max-regress and --metric: need --compare' bench --max-regress 3 g1ic1
bad 1 '--metric: "speed" is neither' bench --compare base.json --metric speed
bad 1 'absent.json: No such file' bench --compare absent.json g1ic1

finish
