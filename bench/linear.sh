#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Times n, c and s over four decades each: linear.sh FOLDER [OPTION of clgn-tune bench...] writes linear-{n,c,s}.json.
#
# CLGN_BUILD_DIR  the build folder, default build/ in the source tree
set -eu
folder=${1:?usage: linear.sh FOLDER [OPTION...]}
shift
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tune=${CLGN_BUILD_DIR:-$source_dir/build}/tools/clgn-tune
mkdir -p "$folder"

# Steps of about a third of a decade, with odd sizes among them.
steps=(1 2 5 10 21 46 100 215 464 1000 2154 4641 10000)
n=() c=() s=()
for k in "${steps[@]}"; do
    n+=("g8mb${k}ic64iw49")             # one more sample costs as much as the one before
    c+=("g4mb4ic$((4 * k))iw49")        # groups become wider
    s+=("g8mb2ic64iw$k")                # and longer
done
"$tune" bench --json --seconds 0.3 "$@" "${n[@]}" >"$folder/linear-n.json"
"$tune" bench --json --seconds 0.3 "$@" "${c[@]}" >"$folder/linear-c.json"
"$tune" bench --json --seconds 0.3 "$@" "${s[@]}" >"$folder/linear-s.json"
