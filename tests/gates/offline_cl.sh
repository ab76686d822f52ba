#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles the GPU programs of DIR (gpu-*.cl, sg-*.cl, *.opts) for GPUs that are not here: no errors, spills, scratch.
set -u
dir=${1:?usage: offline_cl.sh DIR}
self=$(readlink -f "$0")

amd_targets="gfx906 gfx1030"
nvidia_targets="sm_75 sm_90"
intel_targets="skl dg2"
amd_bitcode=${AMD_BITCODE:-/usr/lib/x86_64-linux-gnu/amdgcn/bitcode}
nvidia_bitcode=${NVIDIA_BITCODE:-/usr/lib/clc/nvptx64--nvidiacl.bc}
# Scalar registers that spill go to lanes of vector registers: no memory, no complaint.
amd_complaint='(ScratchSize \[bytes/lane\]|[^S]GPRs Spill|Dynamic Stack): *([1-9]|True)'
clang=${CLANG_CL:-clang-15}
ptxas=$(command -v ptxas || echo /usr/local/cuda/bin/ptxas)

has_amd() { command -v "$clang" >/dev/null && [ -d "$amd_bitcode" ] && command -v ld.lld >/dev/null; }
has_nvidia() { command -v "$clang" >/dev/null && [ -f "$nvidia_bitcode" ] && [ -x "$ptxas" ]; }
has_intel() { command -v ocloc >/dev/null; }

# complain TARGET WHAT FILE-WITH-DETAIL
complain() {
    echo "FAILED: $(basename "$source") for $1: $2"
    grep -aE 'error|fatal|undefined|spill|[Ss]cratch|[Ss]pill|stack|usage' "$3" | head -n 4 | sed 's/^/    /'
    failed=1
}

# The linker is part of the check: only it reports functions that nobody defines. The remark of the back end tells
# registers, spills and scratch memory for each kernel.
compile_amd() {
    # shellcheck disable=SC2086 # the options are words
    if ! "$clang" --target=amdgcn-amd-amdhsa -mcpu="$1" -x cl $options -O3 -Xclang -finclude-default-header \
        --rocm-device-lib-path="$amd_bitcode" -Rpass-analysis=kernel-resource-usage -o "$work/amd" "$source" \
        >"$work/log" 2>&1; then
        complain "$1" "does not compile" "$work/log"
    elif grep -E "$amd_complaint" "$work/log" >"$work/bad"; then
        complain "$1" "needs scratch memory" "$work/bad"
    fi
}

compile_nvidia() {
    # shellcheck disable=SC2086 # the options are words
    if ! "$clang" --target=nvptx64--nvidiacl -Xclang -target-cpu -Xclang sm_75 -Xclang -target-feature \
        -Xclang +ptx75 -x cl $options -O3 -Xclang -finclude-default-header -Xclang -mlink-builtin-bitcode \
        -Xclang "$nvidia_bitcode" -Wno-linker-warnings -S -o "$work/ptx" "$source" >"$work/log" 2>&1; then
        complain nvptx "does not compile" "$work/log"
        return
    fi
    for sm in "$@"; do
        if ! "$ptxas" -arch="$sm" -v "$work/ptx" -o "$work/cubin" >"$work/log" 2>&1; then
            complain "$sm" "does not assemble" "$work/log"
        elif grep -E '[1-9][0-9]* bytes (stack frame|spill)' "$work/log" >"$work/bad"; then
            complain "$sm" "needs local memory per thread" "$work/bad"
        fi
    done
}

# This compiler returns 0 for undefined functions, which it makes entries of a table, and for spills, which it tells.
# Its own functions in double precision keep tables in scratch memory: not held against a program.
compile_intel() {
    rm -rf "$work/intel"
    if ! ocloc compile -file "$source" -device "$1" -options "$options" -internal_options -ze-allow-zebin \
        -out_dir "$work/intel" >"$work/log" 2>&1; then
        complain "$1" "does not compile" "$work/log"
    elif grep -E 'spilled|Intel_Symbol_Table' "$work/log" >"$work/bad"; then
        complain "$1" "spills, or calls what is not defined" "$work/bad"
    elif [ $double = 0 ] &&
        grep -a -h -E 'Intel_Symbol_Table|type: *scratch' "$work"/intel/*.bin >"$work/bad" 2>/dev/null; then
        complain "$1" "needs scratch memory, or calls what is not defined" "$work/bad"
    fi
}

if [ "${2:-}" = --one ]; then
    source=$3 failed=0
    options=$(<"${source%.cl}.opts")
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    double=0
    grep -qE -- '-DCLGN_(X|Y|BIAS|GAMMA|BETA|SCALE|SHIFT)=4( |$)' <<<"$options" && double=1
    # Sub-groups: Khronos's are AMD's, NVIDIA has none.
    who=$(basename "$source")
    if has_amd && [[ $who != sg-intel* ]]; then for target in $amd_targets; do compile_amd "$target"; done; fi
    # shellcheck disable=SC2086 # the targets are words
    if has_nvidia && [[ $who != sg-* ]]; then compile_nvidia $nvidia_targets; fi
    if has_intel && [[ $who != sg-khronos* ]]; then
        for target in $intel_targets; do
            # Of these, only skl has double precision.
            [ $double = 1 ] && [ "$target" != skl ] || compile_intel "$target"
        done
    fi
    exit $failed
fi

has_amd || has_nvidia || has_intel || { echo "skipped: no compiler for any GPU"; exit 77; }
has_amd && echo "AMD: $amd_targets" || echo "AMD: left out, no compiler"
has_nvidia && echo "NVIDIA: $nvidia_targets" || echo "NVIDIA: left out, no ptxas or library"
has_intel && echo "Intel: $intel_targets" || echo "Intel: left out, no ocloc"
count=$(find "$dir" -name 'gpu-*.cl' -o -name 'sg-*.cl' | wc -l)
find "$dir" '(' -name 'gpu-*.cl' -o -name 'sg-*.cl' ')' -print0 | sort -z |
    xargs -0 -n 1 -P "$(nproc)" "$self" "$dir" --one
rc=$?
echo "offline_cl: $count programs"
[ "$count" -gt 0 ] && [ $rc -eq 0 ]
