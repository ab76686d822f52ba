#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clgn-tune report: what it makes of each kind of file, what it escapes, what it says of bad files and without gnuplot.
# shellcheck source=tests/cli/tune_common.sh
. "$(dirname "$0")/tune_common.sh"

# --- Files ----------------------------------------------------------------------------------------------------------

device='"device": {"name": "a <b> & \"c\""}'
result() { # PROBLEM OP ACT NS EFFICIENCY
    echo "{\"problem\": \"$1\", \"op\": \"$2\", \"norm\": \"group\", \"dtype\": \"f32\", \"layout\": \"nchw\"," \
        "\"act\": \"$3\", \"config\": \"fwd_rows,vec=8\", \"from\": \"heuristic\", \"cache\": \"cold\"," \
        "\"ns\": {\"median\": $4, \"lo\": $4, \"hi\": $4}, \"copy_ns\": {\"median\": $4}, \"bytes_min\": 4000," \
        "\"efficiency\": $5}"
}
cat >bench.json <<END
{"format": "clgn-bench", $device, "results": [
$(result g2mb2ic8ih3iw4 fwd none 2000 0.5),
$(result g2mb2ic8ih3iw4 fwd silu 3000 0.25),
$(result 'a|b,<script>\"`$x' bwd none 4000 1.25)]}
END
{
    echo "{\"format\": \"clgn-bench\", $device, \"results\": ["
    for s in 1 10 100 1000; do
        echo "$(result g8mb2ic64iw$s fwd none $((1000 * s)) 0.5),"
    done
    echo "$(result g8mb2ic64iw10000 fwd none 10000000 0.5)]}"
} >linear.json
entry() { # MEDIAN MORE
    echo "{\"kind\": \"fwd group x=f32/nchw y=f32/nchw gamma=f32 beta=f32 act=silu\", \"n\": 2, \"c\": 320," \
        "\"g\": 32," \
        "\"s\": 4096, \"config\": \"fwd_rows,vec=16\", \"ns\": {\"median\": $1}, \"quality\": \"ok\"$2}"
}
cat >tuning.json <<END
{"format": "clgn-tuning", $device, "entries": [
$(entry 1000 ', "base": {"config": "fwd_rows,vec=4", "median": 1500}'),
$(entry 1000 '')]}
END
cat >peers.json <<END
{"format": "clgn-peers", $device, "peers": {"torch": "1", "usual": "2"}, "results": [
{"problem": "g2mb2ic8ih3iw4", "op": "fwd", "dtype": "f32", "layout": "nchw", "act": "silu", "ns": 1000,
 "efficiency": 0.5, "peers": {"usual": 12500}}]}
END
cat >journal.jsonl <<END
{"format": "clgn-journal", $device}
{"problem": "g2mb2ic8", "config": "fwd_rows,vec=8", "status": "correct"}
{"problem": "g2mb2ic8", "config": "fwd_rows,vec=8", "ns": 2000}
{"problem": "g2mb2ic8", "config": "fwd_rows,vec=8", "ns": 2200}
{"problem": "g2mb2ic8", "config": "fwd_rows,vec=8", "ns": 2100}
{"problem": "g2mb2ic8", "config": "fwd_twopass,vec=4", "ns": 4200}
{"problem": "g2mb2ic8", "config": "fwd_onepass,wgs=64", "status": "crash", "text": "signal 11"}
{"problem": "g2mb2ic8", "config": "fwd_rows,vec=1", "n
END
files=(bench.json linear.json tuning.json peers.json journal.jsonl)

# --- Tables ---------------------------------------------------------------------------------------------------------

run 0 report --csv "${files[@]}"
[ "$(grep -c '^section,' out)" -eq 5 ] || fail "not five tables"
says out '^efficiency-1,g2mb2ic8ih3iw4,fwd,group,f32,nchw,none,2.0,2.00,0.500,cold,heuristic,"fwd_rows,vec=8"$'
says out '^efficiency-1,"a\|b,<script>""`\$x",bwd,'
says out '^cost-2,s,g8mb2ic64iw100,f32,nchw,12800,100.0,7.812,0.500$'
says out '^gain-3,.*,2,320,32,4096,1.0,1.5,1.500,ok,"fwd_rows,vec=16","fwd_rows,vec=4"$'
says out '^gain-3,.*,1.0,-,-,ok,'
says out '^map-4,g2mb2ic8,1,correct,2.1,1.000,"fwd_rows,vec=8"$'
says out '^map-4,g2mb2ic8,2,-,4.2,2.000,"fwd_twopass,vec=4"$'
says out '^map-4,g2mb2ic8,3,crash,-,-,"fwd_onepass,wgs=64"$'
says out '^peers-5,g2mb2ic8ih3iw4,fwd,f32,nchw,silu,1.0,0.500,-,12.5$'
[ "$(wc -l <out)" -eq $((5 + 3 + 5 + 2 + 1 + 3)) ] || fail "lines: $(wc -l <out)"
run 0 report --markdown --title 'a <b>' bench.json
says out '^# a &lt;b>$'
says out '^## Efficiency, a &lt;b> & "c"$'
says out '^\| a\\\|b,&lt;script>"\\`\$x \| bwd \| group '
[ "$(grep -c '^|' out)" -eq 5 ] || fail "not five lines of a table"
run 0 report -o page.md --markdown bench.json
[ ! -s out ] && grep -q '^# clgn$' page.md || fail "-o"

# --- A page ---------------------------------------------------------------------------------------------------------

PATH=$work run 0 report bench.json
says err 'gnuplot is not there'
says out '<td>a\|b,&lt;script&gt;&quot;`\$x</td>'
says out '<h2 id="efficiency-1">Efficiency, a &lt;b&gt; &amp; &quot;c&quot;</h2>'
! grep -q '<script\|<svg' out || fail "a script, or a plot from nowhere"
PATH=$work run 2 report --plots plots bench.json
says err 'gnuplot is not there'
if command -v gnuplot >/dev/null; then
    run 0 report --plots plots "${files[@]}"
    [ ! -s err ] || fail "gnuplot complains"
    [ "$(grep -c '<svg' out)" -eq 5 ] || fail "not five plots"
    [ "$(grep -c '</svg>' out)" -eq 5 ] || fail "not five whole plots"
    ! grep -qE '<script|<\?xml|href="http' out || fail "the page is not alone"
    for name in efficiency-1 cost-2 gain-3 map-4 peers-5; do
        [ "$(head -c 8 plots/$name.png | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ] || fail "$name.png"
        grep -q '^</svg>' plots/$name.svg || fail "$name.svg"
    done
    grep -q 'a|b,&lt;script>___x bwd' plots/efficiency-1.svg || fail "no label"
elif [ "${CI:-}" = true ]; then
    fail "gnuplot is not there"
fi

# --- Mistakes -------------------------------------------------------------------------------------------------------

bad 1 'no file is given' report
bad 1 'absent: No such file' report absent
bad 1 'plots/none/x: No such file' report -o plots/none/x bench.json
echo '{"format": "clgn-bench", ' >cut.json
bad 1 'cut.json:2:0: .*end of file' report cut.json
echo '{"format": "other"}' >other.json
bad 1 'other.json: format: "other", not clgn-bench, clgn-tuning, clgn-journal or clgn-peers' report other.json
echo '{"format": "clgn-bench"}' >list.json
bad 1 'list.json: results: missing, or not an array' report list.json
sed 's/"median": 3000/"median": "x"/' bench.json >text.json
bad 1 'text.json: results\[1\].ns.median: missing, or not a positive number' report text.json
sed 's/"median": 3000/"median": 0/' bench.json >zero.json
bad 1 'zero.json: results\[1\].ns.median: missing, or not a positive number' report zero.json
sed 's/"kind": .* "n"/"n"/' tuning.json >kind.json
bad 1 'kind.json: entries\[0\].kind: missing, or not a text' report kind.json
sed 's/"peers": {"usual": 12500}/"peers": 1/' peers.json >peer.json
bad 1 'peer.json: results\[0\].peers: missing, or not an object' report peer.json

finish
