#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clgn-norm's output files against PyTorch's results, forward and backward, for every folder of vectors.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"

# field FOLDER KEY: a text or a number of a case.
field() {
    sed -n 's/^ "'"$2"'": "\{0,1\}\([^",]*\)"\{0,1\},\{0,1\}$/\1/p' "$vectors/$1/case.json"
}

# compare FOLDER LAYOUT OUTPUT...
compare() {
    local name=$1 layout=$2
    shift 2
    "$helpers/compare_vector" "$name" made "$layout" "$@" || fail "$name: $*"
}

# vector FOLDER: both directions, with all inputs and all outputs that the folder has.
vector() {
    local name=$1 layout norm_name input output inputs=() outputs=() options=()
    local folder=$vectors/$name
    layout=$(field "$name" layout)
    norm_name=$(field "$name" norm)
    inputs+=(--norm "$norm_name" --layout "$layout" --act "$(field "$name" act)" --eps "$(field "$name" eps)")
    [ "$norm_name" != group ] || inputs+=(-G "$(field "$name" groups)")
    for input in gamma beta scale shift residual; do
        [ ! -f "$folder/$input.npy" ] || inputs+=("--$input" "$folder/$input.npy")
    done

    rm -f made/*
    good "${inputs[@]}" --verify --expect "$folder/y.npy" -o made/y.npy --mean made/mean.npy --rstd made/rstd.npy \
        "$folder/x.npy"
    compare "$name" "$layout" y mean rstd

    for output in dx dgamma dbeta dscale dshift dresidual; do
        [ -f "$folder/$output.npy" ] || continue
        outputs+=("$output")
        options+=("--$output" "made/$output.npy")
    done
    rm -f made/*
    good "${inputs[@]}" --backward --dy "$folder/dy.npy" --verify "${options[@]}" "$folder/x.npy"
    compare "$name" "$layout" "${outputs[@]}"
    [ "$(find made -type f | wc -l)" -eq ${#outputs[@]} ] || fail "$name: other files than asked for: $(ls -A made)"
}

for case in "$vectors"/*/case.json; do
    vector "$(basename "$(dirname "$case")")"
done
finish
