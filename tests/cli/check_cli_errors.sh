#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clgn-norm given wrong options, wrong files and failing devices: the exit status, the message, and nothing left behind.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"

npy x.npy '<f4' False '2, 4, 3' 96
npy c4.npy '<f4' False '4,' 16
npy c5.npy '<f4' False '5,' 20
npy n2c4.npy '<f4' False '2, 4' 32
npy n2g2.npy '<f4' False '2, 2' 16
npy last.npy '<f4' False '2, 3, 4' 96
forward=(-G 2 -o made/y.npy)
backward=(-G 2 --backward --dx made/dx.npy)
batch=(--norm batch -o made/y.npy)

# --- Files that cannot be read --------------------------------------------------------------------------------------

: >empty.npy
echo 'not an array' >text.npy
head -c 20 x.npy >header.npy
head -c -1 x.npy >short.npy
{ cat x.npy; echo; } >long.npy
{ head -c 6 x.npy; printf '\4'; tail -c +8 x.npy; } >format4.npy
sed "s/'<f4'/('a', '<f4')/" x.npy >tuple.npy
npy big.npy '>f4' False '2, 4, 3' 96
npy fortran.npy '<f4' True '2, 4, 3' 96
npy int.npy '<i4' False '2, 4, 3' 96
npy complex.npy '<c8' False '2, 4, 3' 192
npy bool.npy '|b1' False '2, 4, 3' 24
npy axes9.npy '<f4' False '2, 4, 1, 1, 1, 1, 1, 1, 3' 96
npy huge.npy '<f4' False '4000000000, 4000000000, 4000000000' 96

# unreadable REGEXP FILE: as X, and as another input of forward and of backward.
unreadable() {
    bad 1 "$1" "${forward[@]}" "$2"
    bad 1 "$1" "${forward[@]}" --gamma "$2" x.npy
    bad 1 "$1" "${backward[@]}" --dy "$2" x.npy
}
unreadable 'absent\.npy: No such file' absent.npy
unreadable '\.: not a regular file' .
unreadable 'empty\.npy: not a \.npy file' empty.npy
unreadable 'text\.npy: not a \.npy file' text.npy
unreadable 'header\.npy: cut off in the header' header.npy
unreadable 'short\.npy: holds 95 bytes .* 96' short.npy
unreadable 'long\.npy: holds 97 bytes .* 96' long.npy
unreadable 'format4\.npy: format 4\.0' format4.npy
unreadable 'tuple\.npy: ' tuple.npy
unreadable "big\\.npy: type '>f4' is big-endian" big.npy
unreadable 'fortran\.npy: Fortran order' fortran.npy
unreadable "int\\.npy: type '<i4'" int.npy
unreadable "complex\\.npy: type '<c8'" complex.npy
unreadable "bool\\.npy: type '\\|b1'" bool.npy
unreadable 'axes9\.npy: more than 8 axes' axes9.npy
unreadable 'huge\.npy: the shape is too large' huge.npy

# --- Shapes that do not fit -----------------------------------------------------------------------------------------

npy spatial0.npy '<f4' False '2, 4, 0' 0
npy c0.npy '<f4' False '2, 0, 3' 0
npy n1s1.npy '<f4' False '1, 4' 16
bad 1 'c4\.npy: shape \(4,\) .*two axes' "${forward[@]}" c4.npy
bad 1 'c0\.npy: no channels' "${forward[@]}" c0.npy
bad 1 'spatial\[0\]: 0' "${forward[@]}" spatial0.npy
bad 1 'more than one value per channel' "${batch[@]}" n1s1.npy
bad 1 '-G 3: does not divide the 4 channels of x\.npy' -G 3 -o made/y.npy x.npy
bad 1 '-G 2: does not divide the 3 channels of x\.npy' "${forward[@]}" --layout nhwc x.npy
for option in --gamma --beta --bias; do
    bad 1 "$option c5\\.npy: shape \\(5,\\) where \\(4,\\)" "${forward[@]}" $option c5.npy x.npy
    bad 1 "$option n2c4\\.npy: shape \\(2, 4\\) where \\(4,\\)" "${forward[@]}" $option n2c4.npy x.npy
done
for option in --scale --shift; do
    bad 1 "$option c4\\.npy: shape \\(4,\\) where \\(2, 4\\)" "${forward[@]}" $option c4.npy x.npy
done
bad 1 '--skip c4\.npy: shape \(4,\) where \(2, 4, 3\) or \(2, 4\)' "${forward[@]}" --skip c4.npy x.npy
bad 1 '--skip last\.npy: shape \(2, 3, 4\) where \(2, 4, 3\)' "${forward[@]}" --skip last.npy --out-layout nhwc x.npy
bad 1 '--residual last\.npy: shape \(2, 3, 4\) where \(2, 4, 3\)' "${forward[@]}" --residual last.npy x.npy
bad 1 '--residual x\.npy: shape \(2, 4, 3\) where \(2, 3, 4\)' "${forward[@]}" --out-layout nhwc --residual x.npy x.npy
bad 1 '--expect c4\.npy: shape \(4,\) where \(2, 4, 3\)' "${forward[@]}" --expect c4.npy x.npy
bad 1 '--dy last\.npy: shape \(2, 3, 4\) where \(2, 4, 3\)' "${backward[@]}" --dy last.npy x.npy
bad 1 '--given-mean n2c4\.npy: shape \(2, 4\) where \(2, 2\)' "${forward[@]}" --given-mean n2c4.npy \
    --given-rstd n2g2.npy x.npy
bad 1 '--given-rstd c4\.npy: shape \(4,\) where \(2, 2\)' "${forward[@]}" --given-mean n2g2.npy \
    --given-rstd c4.npy x.npy
bad 1 '--given-mean n2c4\.npy: shape \(2, 4\) where \(4,\)' "${batch[@]}" --given-mean n2c4.npy \
    --given-rstd c4.npy x.npy
bad 1 '--running-mean c5\.npy: shape \(5,\) where \(4,\)' "${batch[@]}" --running-mean c5.npy --running-var c4.npy x.npy
bad 1 '--running-var c5\.npy: shape \(5,\) where \(4,\)' "${batch[@]}" --running-mean c4.npy --running-var c5.npy x.npy

# --- Options that are not understood --------------------------------------------------------------------------------

bad 1 'X\.npy is missing' "${forward[@]}"
bad 1 "'last\\.npy' is one file too many" "${forward[@]}" x.npy last.npy
bad 1 "'--frob'" "${forward[@]}" --frob x.npy
bad 1 "'z'" "${forward[@]}" -z x.npy
bad 1 "'--verify'" "${forward[@]}" --verify=1 x.npy
bad 1 "'--gamma'" "${forward[@]}" x.npy --gamma
bad 1 "'G'" x.npy -G
for value in 0 -1 2.5 two '' 99999999999999999999 ' 2'; do
    bad 1 "-G: '$value' where a whole number" -o made/y.npy -G "$value" x.npy
done
for option in --eps --seconds; do
    for value in -1 nan inf 1e999 0,1 ''; do
        bad 1 "$option: '$value' where a finite number" "${forward[@]}" $option "$value" x.npy
    done
done
bad 1 "-d: 'gpu' where P:D" "${forward[@]}" -d gpu x.npy
bad 1 "-d: '0' where P:D" "${forward[@]}" -d 0 x.npy
bad 1 "--norm: 'weight' where group" "${forward[@]}" --norm weight x.npy
bad 1 "--layout: 'nchwd' where nchw" "${forward[@]}" --layout nchwd x.npy
bad 1 "--out-layout: 'n' where nchw" "${forward[@]}" --out-layout n x.npy
bad 1 "--dtype: 'f8' where f32" "${forward[@]}" --dtype f8 x.npy
bad 1 "--out-dtype: 'F32' where f32" "${forward[@]}" --out-dtype F32 x.npy
for value in swish relu=1 leaky_relu= leaky_relu=x elu=inf ''; do
    bad 1 "--act: '$value' where .*silu" "${forward[@]}" --act "$value" x.npy
done
for option in -o --gamma --dy; do
    bad 1 "$option: the name of the file is empty" -G 2 $option '' x.npy
done

# --- Options that do not go together --------------------------------------------------------------------------------

bad 1 '--norm group needs -G' -o made/y.npy x.npy
for norm_name in layer instance batch; do
    bad 1 "-G is for --norm group, not for $norm_name" "${forward[@]}" --norm $norm_name x.npy
done
bad 1 '--rms is for .*not for batch' "${batch[@]}" --rms x.npy
bad 1 '--running-mean is for .*not for group' "${forward[@]}" --running-mean c4.npy --running-var c4.npy x.npy
bad 1 '--given-mean needs --given-rstd' "${forward[@]}" --given-mean n2g2.npy x.npy
bad 1 '--given-rstd needs --given-mean' "${forward[@]}" --given-rstd n2g2.npy x.npy
bad 1 '--running-var needs --running-mean' "${batch[@]}" --running-var c4.npy x.npy
bad 1 '--given-mean and --running-mean exclude' "${batch[@]}" --given-mean c4.npy --given-rstd c4.npy \
    --running-mean c4.npy --running-var c4.npy x.npy
bad 1 '--rms and --given-mean exclude' "${forward[@]}" --rms --given-mean n2g2.npy --given-rstd n2g2.npy x.npy
bad 1 '--rms .*--mean' "${forward[@]}" --rms --mean made/mean.npy x.npy
bad 1 '--rstd .*--given-mean' "${forward[@]}" --given-mean n2g2.npy --given-rstd n2g2.npy --rstd made/rstd.npy x.npy
bad 1 '--mean: two outputs would go to made/y\.npy' "${forward[@]}" --mean made/y.npy x.npy
bad 1 '--backward needs --dy' "${backward[@]}" x.npy
bad 1 '--dy needs --backward' "${forward[@]}" --dy x.npy x.npy
bad 1 '--dx needs --backward' "${forward[@]}" --dx made/dx.npy x.npy
for option in -o --sum --mean --rstd; do
    bad 1 "$option is for forward" "${backward[@]}" --dy x.npy $option made/y.npy x.npy
done
bad 1 '--expect is for forward' "${backward[@]}" --dy x.npy --expect x.npy x.npy
for name in gamma beta scale shift residual skip bias; do
    bad 1 "--d$name needs --$name" "${backward[@]}" --dy x.npy --d$name made/d$name.npy x.npy
done

# --- What the library refuses ---------------------------------------------------------------------------------------

bad 1 'config: no variant is called "fwd_fast"' "${forward[@]}" --config fwd_fast x.npy
bad 1 'config: "" does not begin' "${forward[@]}" --config '' x.npy
bad 1 'config: unknown param "speed"' "${forward[@]}" --config fwd_rows,speed=9 x.npy
bad 1 'config: "vec" is not name=value' "${forward[@]}" --config fwd_rows,vec x.npy
bad 1 'config: vec=3 is not a power of two' "${forward[@]}" --config fwd_rows,vec=3 x.npy
bad 1 'config: bwd_rows is not applicable: direction' "${forward[@]}" --config bwd_rows x.npy
bad 1 'config: fwd_rows is not applicable: direction' "${backward[@]}" --dy x.npy --config fwd_rows x.npy
bad 1 'eps: 1e-50' "${forward[@]}" --eps 1e-50 x.npy

# --- Outputs that cannot be written ---------------------------------------------------------------------------------

mkdir folder.npy
statistics=(-G 2 --mean made/mean.npy --rstd made/rstd.npy)
for option in -o --sum --mean --rstd; do
    bad 1 'absent/y\.npy: cannot be written: No such file' "${statistics[@]}" $option absent/y.npy x.npy
    bad 1 'folder\.npy: not a regular file' "${statistics[@]}" $option folder.npy x.npy
done
bad 1 '/dev/null: not a regular file' -G 2 --sum made/sum.npy -o /dev/null x.npy
bad 1 'absent/dx\.npy: cannot be written' "${backward[@]}" --dy x.npy --dx absent/dx.npy x.npy
if [ -w /dev/full ]; then
    for options in --help --version --list '-G 2 x.npy' '-G 2 --json x.npy'; do
        # shellcheck disable=SC2086 # the options are words
        "$norm" --seconds 0 $options >/dev/full 2>err
        status=$?
        calls=$((calls + 1))
        [ $status -eq 1 ] || fail "status $status instead of 1: clgn-norm $options, to a full disk"
        grep -q '^clgn-norm: stdout cannot be written' err || fail "no message: clgn-norm $options, to a full disk"
    done
fi

# --- Devices --------------------------------------------------------------------------------------------------------

bad 2 'no OpenCL device 0:99 ' "${forward[@]}" -d 0:99 x.npy
CLGN_DEVICE=0:99 bad 2 'no OpenCL device 0:99 ' "${forward[@]}" x.npy
CLGN_DEVICE=gpu bad 2 "'gpu' .*CLGN_DEVICE.* P:D" "${forward[@]}" x.npy
OCL_ICD_VENDORS=$work/made bad 2 'no OpenCL device' "${forward[@]}" x.npy
OCL_ICD_VENDORS=$work/made bad 2 'no OpenCL device' --list
export OPENCL_LAYERS=$LAYER_WRONG
CLGN_TEST_WRONG=failure bad 2 'reading the results: OpenCL error -5' "${forward[@]}" x.npy

# --- Results that are wrong -----------------------------------------------------------------------------------------

# wrong TEXT OPTION...: status 3, and the line says so.
wrong() {
    local text=$1
    shift
    run 3 "$@"
    one_line || fail "not one line on stdout: clgn-norm $*"
    grep -q -- "$text" out || fail "no '$text' on stdout: clgn-norm $*"
}
export CLGN_TEST_WRONG=value
npy ones.npy '<f4' False '2, 4, 3' 96 '\0\0\200?'
npy beta.npy '<f4' False '4,' 16 '\0\0\200?'
wrong 'against the reference: WRONG, .*(y at (1, 3, 2): -1 for 1)' -G 2 --beta beta.npy --verify x.npy
wrong '"right": false.*"output": "y", "index": \[1, 3, 2\], "found": -1.0' -G 2 --beta beta.npy --verify --json x.npy
wrong 'against the expected file: WRONG' -G 2 --beta beta.npy --expect ones.npy x.npy
unset CLGN_TEST_WRONG
wrong 'against the expected file: WRONG, .*(y at (0, 0, 0): 0 for 1)' -G 2 --expect ones.npy x.npy
wrong '"expect": {"right": false' -G 2 --expect ones.npy --json --verify x.npy
finish
