#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What clgn-norm prints and writes when all is well: the result as text and as JSON, files that are inputs again.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"

folder=$vectors/gn_nhwc # (2, 7, 9, 30), 3 groups
x=$folder/x.npy
nhwc=(-G 3 --layout nhwc)
affine=(--gamma "$folder/gamma.npy" --beta "$folder/beta.npy")

# same A B: the same bytes.
same() {
    cmp -s "$1" "$2" || fail "$1 is not $2"
}

# header FILE TYPE SHAPE
header() {
    head -c 128 "$1" | tr -d '\0' | grep -aq "'$2', .*'shape': ($3)" || fail "$1 is not $2 ($3)"
}

# says TEXT: somewhere on stdout.
says() {
    grep -Eq -e "$1" out || fail "no '$1' in: $(cat out)"
}

# --- Texts ----------------------------------------------------------------------------------------------------------

run 0 --help
! grep -nE '^.{81}' out || fail "--help is wider than 80 columns"
for option in -d --norm -G --layout --out-layout --eps --gamma --beta --scale --shift --skip --bias --sum --residual \
    --act --dtype --out-dtype --given-mean --given-rstd --running-mean --running-var --rms --config --verify --json \
    --mean --rstd -o --backward --dy --dx --dgamma --dbeta --dscale --dshift --dresidual --dskip --dbias --expect \
    --copy --seconds --list --help --version CLGN_DEVICE 'Exit status'; do
    says "(^| |, )$option( |,|\$|:)"
done
good --version
says '^clgn-norm [0-9]+\.[0-9]+\.[0-9]+$'
good --list
says '^0:0 +CPU +.+ \(.+, driver .+\)$'

# --- The result line ------------------------------------------------------------------------------------------------

good "${nhwc[@]}" "${affine[@]}" --act leaky_relu=0.1 --copy --verify "$x"
number='[0-9.e+-]+'
says "^.+ \\(CPU\\): fwd_[a-z]+,wgs=.* from=heuristic: group 3 of \\(2, 7, 9, 30\\) f32 nhwc -> f32 nhwc, gamma, beta, \
leaky_relu=0\\.1: median $number us, $number GB/s, $number of the speed of a copy \\([^,]+, $number GB/s\\); \
against the reference: right, largest error $number of the bound \\(y at \\([0-9, ]+\\): $number for $number\\)\$"

# json KEY=VALUE...: the line on stdout is JSON, and has these; a value is a regular expression.
json() {
    local pair found
    for pair in "$@"; do
        found=$("$helpers/json_get" "${pair%%=*}" <out 2>err) || fail "${pair%%=*} in: $(cat out)"
        [[ $found =~ ^(${pair#*=})$ ]] || fail "${pair%%=*} is $found"
    done
}
device=('device.name=.+' 'device.type=CPU' 'device.platform=.+' 'device.driver=.+')
speed=("speed.median_us=$number" "speed.gbps=$number" 'speed.clock=event|wall' 'speed.rounds=[1-9][0-9]*')
good "${nhwc[@]}" "${affine[@]}" --act leaky_relu=0.1 --json --copy --verify --expect "$folder/y.npy" "$x" --act none
json "${device[@]}" 'plan=fwd_[a-z]+,wgs=.* from=heuristic' 'problem.text=group 3 of .*' problem.direction=forward \
    problem.norm=group problem.rms=false problem.groups=3 'problem.shape=\[2,7,9,30\]' problem.dtype=f32 \
    problem.layout=nhwc problem.out_dtype=f32 problem.out_layout=nhwc problem.act=none "${speed[@]}" \
    "speed.copy_gbps=$number" 'speed.copy_kind=.+' "speed.copy_ratio=$number" verify.right=true "verify.error=$number" \
    verify.output=y 'verify.index=\[[0-9,]+\]' "verify.found=$number" "verify.wanted=$number" \
    "verify.outputs=\\{\"y\":$number\\}" expect.right=true expect.output=y "expect.error=$number"

# --- Outputs as inputs again ----------------------------------------------------------------------------------------

# The statistics that were computed, given, make the same y.
good "${nhwc[@]}" "${affine[@]}" -o made/y.npy --mean made/mean.npy --rstd made/rstd.npy "$x"
header made/y.npy '<f4' '2, 7, 9, 30'
header made/mean.npy '<f4' '2, 3'
good "${nhwc[@]}" "${affine[@]}" --given-mean made/mean.npy --given-rstd made/rstd.npy --verify --expect made/y.npy "$x"
says 'reference: right.*expected file: right'

# x given as the skip makes 2 x; what is done with the sum is what is done with x + skip + bias.
good "${nhwc[@]}" --skip "$x" --bias "$folder/beta.npy" --sum made/sum.npy --verify -o made/summed.npy "$x"
says 'skip, bias'
good "${nhwc[@]}" --expect made/summed.npy made/sum.npy
says 'expected file: right'

# Given statistics of 0 and 1 copy, and so turn x; a turned x has a turned y.
npy zeros.npy '<f4' False '2, 3' 24
npy ones.npy '<f4' False '2, 3' 24 '\0\0\200?'
copy=(-G 3 --given-mean zeros.npy --given-rstd ones.npy)
good "${copy[@]}" --layout nhwc --out-layout nchw -o made/turned.npy "$x"
header made/turned.npy '<f4' '2, 30, 7, 9'
good "${copy[@]}" --layout nchw --out-layout nhwc -o made/back.npy made/turned.npy
good "${copy[@]}" --layout nhwc -o made/copy.npy "$x"
same made/back.npy made/copy.npy
cmp -s <(tail -c $((4 * 2 * 7 * 9 * 30)) made/copy.npy) <(tail -c $((4 * 2 * 7 * 9 * 30)) "$x") || fail "not copied"
good "${nhwc[@]}" "${affine[@]}" --out-layout nchw -o made/y.npy --verify "$x"
header made/y.npy '<f4' '2, 30, 7, 9'
"$helpers/compare_vector" gn_nhwc made nchw y || fail "y in nchw"
good -G 3 "${affine[@]}" --expect made/y.npy made/turned.npy
says 'expected file: right'

# An output may replace the input, since that was read before.
cp made/turned.npy made/x.npy
good -G 3 "${affine[@]}" -o made/x.npy made/x.npy
good -G 3 "${affine[@]}" --expect made/x.npy made/turned.npy

# --- Types ----------------------------------------------------------------------------------------------------------

if good "${copy[@]}" --layout nhwc --dtype f64 -o made/wide.npy "$x" && [ $failed -eq 0 ]; then
    header made/wide.npy '<f8' '2, 7, 9, 30'
    good "${nhwc[@]}" made/wide.npy --json
    json problem.dtype=f32
    good "${nhwc[@]}" --dtype f64 --verify --json --mean made/mean.npy made/wide.npy
    json problem.dtype=f64 problem.out_dtype=f64 verify.right=true
    header made/mean.npy '<f8' '2, 3'
fi
good "${nhwc[@]}" --dtype f16 --out-dtype bf16 --verify --json -o made/y.npy "$x"
json problem.dtype=f16 problem.out_dtype=bf16 verify.right=true
header made/y.npy '<f4' '2, 7, 9, 30'
good -G 32 --json "$vectors/gn_f16/x.npy"
json problem.dtype=f16

# Formats 2 and 3 of .npy differ in the width of the header's length.
for format in 2 3; do
    { head -c 6 "$x"; printf '%b\0%b\0\0\0' "\\x$format" '\x76'; tail -c +11 "$x"; } >format.npy
    good "${nhwc[@]}" "${affine[@]}" --expect "$folder/y.npy" format.npy
done

# --- Backward -------------------------------------------------------------------------------------------------------

dy=$folder/dy.npy
npy ones30.npy '<f4' False '30,' 120 '\0\0\200?'
npy nc.npy '<f4' False '2, 30' 240 '\0\0\0?'
good "${nhwc[@]}" --backward --dy "$dy" "${affine[@]}" --skip nc.npy --bias "$folder/beta.npy" --act silu --verify \
    --json --dskip made/dskip.npy --dbias made/dbias.npy --dx made/dx.npy "$x"
json "${device[@]}" 'plan=bwd_[a-z]+,wgs=.*' 'problem.text=backward of group 3 of .*, skip, bias, gamma, beta, silu' \
    problem.direction=backward "${speed[@]}" verify.right=true 'verify.output=dx|dskip|dbias' \
    "verify.outputs=\\{\"dx\":$number,\"dskip\":$number,\"dbias\":$number\\}" expect=null
header made/dskip.npy '<f4' '2, 30'
header made/dbias.npy '<f4' '30,'
header made/dx.npy '<f4' '2, 7, 9, 30'

# The gradient of a full skip is dx's; dy and dx each in their layout.
good -G 3 --backward --out-layout nhwc --dy "$dy" "${affine[@]}" --skip made/turned.npy --dskip made/dskip.npy \
    --dx made/dx.npy --verify made/turned.npy
header made/dx.npy '<f4' '2, 30, 7, 9'
same made/dx.npy made/dskip.npy

# Statistics as constants: given, and running.
good "${nhwc[@]}" --backward --dy "$dy" --given-mean zeros.npy --given-rstd ones.npy --dx made/dx.npy --verify "$x"
good "${copy[@]}" --layout nhwc -o made/dy.npy "$dy"
same made/dx.npy made/dy.npy
for norm_name in batch instance; do
    good --norm $norm_name --layout nhwc --running-mean "$folder/beta.npy" --running-var ones30.npy --verify "$x"
done
finish
