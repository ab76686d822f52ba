#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds clgn; on the default device, normalises tensors (one table of errors, speeds) and classifies real images.
#
# CLGN_BUILD_DIR  the build folder, default build/ in the source tree
# CLGN_DEVICE     P:D as numbered by clinfo -l; default the first GPU, else the first device
set -u
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build_dir=${CLGN_BUILD_DIR:-$source_dir/build}
vectors=$source_dir/tests/data/vectors

"$source_dir/tools/setup.sh" demo || exit 1
work=$build_dir/demo
mkdir -p "$work" || exit 1
lines=$work/results.jsonl
: >"$lines"
labels=()

# row LABEL OPTION...: one call of clgn-norm, one line of the table. Status 3, a wrong result, stands in the table.
row() {
    local label=$1 status
    shift
    "$build_dir/tools/clgn-norm" --json --copy --seconds 0.3 "$@" >>"$lines"
    status=$?
    if [ $status -ne 0 ] && [ $status -ne 3 ]; then
        echo "demo: '$label' failed" >&2
        exit $status
    fi
    labels+=("$label")
}

# affine CASE: the options for a case's gamma and beta.
affine() {
    printf '%s\n' --gamma "$vectors/$1/gamma.npy" --beta "$vectors/$1/beta.npy"
}

real=$vectors/fashion_stage2
mapfile -t real_affine < <(affine fashion_stage2)
row "real 32x32x7x7, 8 groups, f32 channels-first" -G 8 "${real_affine[@]}" --expect "$real/y.npy" "$real/x.npy"
row "real, as f16 to channels-last, SiLU" -G 8 "${real_affine[@]}" --dtype f16 --out-layout nhwc --act silu --verify \
    "$real/x.npy"
row "real, as bf16, GELU" -G 8 "${real_affine[@]}" --dtype bf16 --act gelu --verify "$real/x.npy"

case=$vectors/gn_nhwc
mapfile -t options < <(affine gn_nhwc)
row "2x30x7x9, 3 groups, f32 channels-last" -G 3 --layout nhwc "${options[@]}" --expect "$case/y.npy" "$case/x.npy"

case=$vectors/gn_f16
mapfile -t options < <(affine gn_f16)
row "2x64x10x6, 32 groups, f16, SiLU" -G 32 --act silu "${options[@]}" --expect "$case/y.npy" "$case/x.npy"

case=$vectors/gn_residual_relu
mapfile -t options < <(affine gn_residual_relu)
row "2x16x9x5, 4 groups, f32, + residual, ReLU" -G 4 --act relu "${options[@]}" --residual "$case/residual.npy" \
    --expect "$case/y.npy" "$case/x.npy"

case=$vectors/gn_modulate_silu
mapfile -t options < <(affine gn_modulate_silu)
row "2x20x8x4, 4 groups, f32, scale and shift per image, SiLU" -G 4 --eps 1e-6 --act silu "${options[@]}" \
    --scale "$case/scale.npy" --shift "$case/shift.npy" --expect "$case/y.npy" "$case/x.npy"

large=$work/random_2x320x64x64.npy
[ -f "$large" ] || "$build_dir/tools/demo-tensor" "$large" 2 320 64 64 || exit 1
row "random 2x320x64x64, 32 groups, f32 channels-first" -G 32 --verify "$large"
row "random 2x320x64x64, 32 groups, f16 channels-first, SiLU" -G 32 --dtype f16 --act silu --verify "$large"

"$build_dir/tools/demo-table" "${labels[@]}" <"$lines"
status=$?

printf '\nThe 10,000 test images of Fashion-MNIST, classified; every norm with shortcut and ReLU is one clgn plan.\n'
"$build_dir/examples/fashion/fashion" classify --checkpoint "$source_dir/examples/fashion/gn8.ckpt" \
    --batch 1 --batch 32 --batch 256 || exit 1
exit $status
