#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The paper's experiment: trains every network of the sweep, then writes one CSV, tables and plots.
set -eu

usage() {
    cat <<'END'
paper.sh [options]      runs the sweep; started again it leaves out what is done
  --fashion FILE        the program (build/examples/fashion/fashion)
  --out DIR             what is written: NAME.csv, NAME.ckpt, NAME.log of each run; paper.csv, tables.md, plots (paper)
  --epochs E            of each run (8)
  --images N            of the training set (60000)
  --seeds K             the sweep with seeds 1 to K; the tables then hold means (1)
  --jobs J              runs at a time (1); with more than one, PoCL gives each a single thread
  --data DIR            folder of the data set
END
}

fashion=build/examples/fashion/fashion
out=paper
epochs=8
images=60000
seeds=1
jobs=1
data=/usr/share/datasets/fashion-mnist
while [ $# -gt 0 ]; do
    case $1 in
    --help) usage; exit 0 ;;
    --fashion | --out | --epochs | --images | --seeds | --jobs | --data)
        [ $# -ge 2 ] || { echo "paper.sh: $1 needs a value" >&2; exit 1; }
        printf -v "${1#--}" %s "$2"
        shift 2
        ;;
    *) echo "paper.sh: $1 is not known; --help lists the options" >&2; exit 1 ;;
    esac
done
[ -x "$fashion" ] || { echo "paper.sh: $fashion is no program; build it or name it with --fashion" >&2; exit 1; }
mkdir -p "$out"

# The most telling runs first: NORM GROUPS BATCH, and what else they are given. Without normalisation the learning rate
# of the others diverges.
runs() {
    cat <<'END'
gn 8 32
bn 0 32
gn 8 2
bn 0 2
bn 0 4
gn 8 4
bn 0 8
gn 8 8
bn 0 16
gn 8 16
ln 0 32
in 0 32
none 0 32 --lr 0.02
gn 1 32
gn 2 32
gn 4 32
gn 16 32
END
}

# run_name SEED NORM GROUPS BATCH
run_name() {
    local name=$2
    [ "$3" = 0 ] || name=$name$3
    name=$name-b$4
    [ "$1" = 1 ] || name=$name-s$1
    echo "$name"
}

# run_one SEED NORM GROUPS BATCH [OPTION...]
run_one() {
    local name seed=$1 norm=$2 groups=$3 batch=$4
    name=$out/$(run_name "$seed" "$norm" "$groups" "$batch")
    shift 4
    [ "$groups" = 0 ] || set -- --groups "$groups" "$@"
    if [ -f "$name.csv" ] && [ "$(tail -n 1 "$name.csv" | cut -d, -f5,6,7)" = "$images,$epochs,$epochs" ]; then
        return
    fi
    echo "$(date +%T) $name"
    "$fashion" train --norm "$norm" --batch "$batch" --seed "$seed" --epochs "$epochs" --images "$images" \
        --data "$data" --checkpoint "$name.ckpt" --csv "$name.csv" "$@" >>"$name.log" 2>&1 ||
        { echo "paper.sh: $name failed: $(tail -n 1 "$name.log")" >&2; return 1; }
}

if [ "$jobs" -gt 1 ]; then
    export POCL_MAX_PTHREAD_COUNT=1
fi
failed=0
export -f run_one run_name
export fashion out epochs images data
# shellcheck disable=SC2016 # the inner shell expands it
for ((seed = 1; seed <= seeds; seed++)); do runs | sed "s/^/$seed /"; done |
    xargs -P "$jobs" -L 1 bash -c 'run_one "$@"' run_one || failed=1

# Of what is done there is a report even when a run has failed.
here=$(cd "$(dirname "$0")" && pwd)
"$here/report.sh" "$out" || failed=1
[ $failed = 0 ]
