#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Times start-up with and without the folder of built programs, for docs/cache.md: startup.sh pocl|rusticl [REPEATS]
#
# CLGN_BUILD_DIR  the build folder, default build/ in the source tree
set -eu
driver=${1:?usage: startup.sh pocl|rusticl [REPEATS]}
repeats=${2:-3}
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
startup=${CLGN_BUILD_DIR:-$source_dir/build}/bench/startup
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/icd"
cp "/etc/OpenCL/vendors/$driver.icd" "$work/icd/"
export OCL_ICD_VENDORS=$work/icd CLGN_TUNING_DIR=off
export POCL_CACHE_DIR=$work/driver MESA_SHADER_CACHE_DIR=$work/driver RUSTICL_ENABLE=llvmpipe
unset CLGN_DEVICE

# row DRIVER-CACHE CLGN-CACHE: medians of the repeats. The states: empty, full; off, empty, full.
row() {
    local i
    for ((i = 0; i < repeats; i++)); do
        export CLGN_CACHE_DIR=$work/clgn
        [ "$2" != off ] || CLGN_CACHE_DIR=off
        [ "$2" != empty ] || rm -rf "$work/clgn"
        if [ "$1" = empty ]; then
            rm -rf "$work/driver"
            mkdir "$work/driver"
        fi
        "$startup"
    done >"$work/times"
    printf '| %s | %s | %s | ' "$driver" "$1" "$2"
    for i in 1 2 3; do
        cut -d ' ' -f "$i" "$work/times" | sort -n | sed -n "$(((repeats + 1) / 2))p" | tr "\n" " "
        printf '| '
    done
    echo
}

echo '| driver | its cache | the folder | create, ms | warm-up, ms | first enqueue, ms |'
echo '|---|---|---|---|---|---|'
row empty off
row empty empty
row empty full
row full off
row full empty
row full full
