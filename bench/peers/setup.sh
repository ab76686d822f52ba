#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the virtual environment with the peers from PyPI, and builds the programs beside it: setup.sh BUILD-DIR.
#
# BUILD-DIR is a build folder of clgn, made where it is not there. The environment goes to BUILD-DIR/peers, or to
# CLGN_PEERS_VENV. PyTorch's package for Linux brings CUDA's libraries along: 5 GB in all. From Debian there should be
# libclblast-dev, and libjemalloc2 for PyTorch's memory.
set -eu
build=${1:?usage: setup.sh BUILD-DIR}
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$build"
build=$(cd "$build" && pwd)
venv=${CLGN_PEERS_VENV:-$build/peers}

[ -x "$venv/bin/pip" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet numpy torch onnx onnxruntime openvino onednn onednn-devel
"$venv/bin/pip" freeze >"$venv/versions.txt"
generator=()
[ -f "$build/CMakeCache.txt" ] || generator=(-G Ninja)
cmake -S "$source_dir" -B "$build" "${generator[@]}" -DCLGN_PEERS_VENV="$venv" >/dev/null
cmake --build "$build" --target clgn-tune peer_usual peer_onednn
cmake --build "$build" --target peer_clblast || echo "without CLBlast (libclblast-dev)" >&2
echo "now: $venv/bin/python $source_dir/bench/peers/compare.py $build --quick"
