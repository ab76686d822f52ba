#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets up, builds and runs all tests: test.sh [--quick] [CTEST-OPTIONS]; --quick leaves out what takes minutes.
set -u
source_dir=$(cd "$(dirname "$0")/.." && pwd)
build_dir=${CLGN_BUILD_DIR:-$source_dir/build}
options=()
if [ "${1:-}" = --quick ]; then
    shift
    options+=(-LE slow)
fi
"$source_dir/tools/setup.sh" test || exit 1
# The last lines are ctest's summary.
exec ctest --test-dir "$build_dir" --output-on-failure --no-tests=error -j "$(nproc)" "${options[@]}" "$@"
