#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that are missing, configures and builds: setup.sh demo | test (demo plus the tests).
#
# CLGN_BUILD_DIR  the build folder, default build/ in the source tree
# CLGN_WERROR=ON  warnings are errors
# CI=true         a test that lacks a device or a tool fails instead of being skipped
set -u
mode=${1:-demo}
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build_dir=${CLGN_BUILD_DIR:-$source_dir/build}

packages=(gcc libc6-dev cmake ninja-build pkg-config ocl-icd-opencl-dev opencl-c-headers libjansson-dev libxxhash-dev)
packages+=(pocl-opencl-icd)
# For examples/fashion.
packages+=(libclblast-dev zlib1g-dev dataset-fashion-mnist)
case $mode in
demo) ;;
test)
    packages+=(g++ check gnuplot-nox python3-jsonschema libsubunit-dev mesa-opencl-icd oclgrind clang clang-format-14)
    # Compilers for GPUs that need not be here.
    packages+=(clang-15 lld libclc-15-dev rocm-device-libs intel-opencl-icd)
    ;;
*)
    echo "usage: setup.sh demo|test" >&2
    exit 2
    ;;
esac

missing_packages() {
    local package
    for package in "${packages[@]}"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

# quietly LOG COMMAND: shows the end of the output when the command fails.
quietly() {
    local log=$1
    shift
    "$@" >>"$log" 2>&1 && return
    echo "failed: $*" >&2
    tail -n 40 "$log" >&2
    return 1
}

install_packages() {
    local log=$1 sudo=() apt
    shift
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            echo "These packages are missing; please install them: apt-get install --no-install-recommends $*" >&2
            return 1
        fi
        sudo=(sudo -n)
    fi
    echo "installing: $*"
    apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
    # A list that cannot be read may belong to a source that is not needed here.
    "${apt[@]}" update >>"$log" 2>&1 || true
    # Nothing that is there may be removed: OpenCL packages conflict with each other across compiler versions.
    quietly "$log" "${apt[@]}" install -y --no-remove --no-install-recommends "$@"
}

command -v dpkg-query >/dev/null || { echo "This script is for Debian; see README.md for other systems." >&2; exit 1; }
mkdir -p "$build_dir" || exit 1
log=$build_dir/setup.log
: >"$log"
mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -gt 0 ]; then
    install_packages "$log" "${missing[@]}" || exit 1
fi

options=(-DCLGN_BUILD_FASHION=ON)
[ -f "$build_dir/CMakeCache.txt" ] || options+=(-G Ninja)
[ -z "${CLGN_WERROR:-}" ] || options+=("-DCLGN_WERROR=$CLGN_WERROR")
if [ "$mode" = test ]; then
    options+=(-DCLGN_BUILD_TESTS=ON)
    [ "${CI:-}" != true ] || options+=(-DCLGN_TEST_ALLOW_SKIP=OFF)
elif [ ! -f "$build_dir/CMakeCache.txt" ]; then
    options+=(-DCLGN_BUILD_TESTS=OFF)
fi
quietly "$log" cmake -S "$source_dir" -B "$build_dir" "${options[@]}" || exit 1
quietly "$log" cmake --build "$build_dir" -j "$(nproc)" || exit 1
