#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Trains small networks with examples/fashion: stopped and resumed, classified, from damaged files, with wrong options.
set -u
fashion=${1:?usage: check_fashion.sh FASHION WORK-DIR [DATA-DIR]}
work=${2:?usage: check_fashion.sh FASHION WORK-DIR [DATA-DIR]}
whole=${3:-/usr/share/datasets/fashion-mnist}
images=512 tests=100 epochs=4
[ -r "$whole/train-images-idx3-ubyte.gz" ] || { echo "skipped: no data set in $whole"; exit 77; }
rm -rf "$work"
mkdir -p "$work/data"
cd "$work" || exit 1
failed=0

complain() {
    echo "FAILED: $*"
    failed=1
}

# word N: 32 bits, the most significant byte first.
word() {
    # shellcheck disable=SC2059 # the format is made here
    printf "$(printf '\\x%02x' $(($1 >> 24 & 255)) $(($1 >> 16 & 255)) $(($1 >> 8 & 255)) $(($1 & 255)))"
}

# cut_set NAME COUNT: the first images and labels of a set.
cut_set() {
    { word 2051; word "$2"; word 28; word 28
      zcat "$whole/$1-images-idx3-ubyte.gz" | tail -c +17 | head -c $(($2 * 784)); } |
        gzip >"data/$1-images-idx3-ubyte.gz"
    # Plain bytes under the same name are read, too.
    { word 2049; word "$2"; zcat "$whole/$1-labels-idx1-ubyte.gz" | tail -c +9 | head -c "$2"; } \
        >"data/$1-labels-idx1-ubyte.gz"
}

# train NAME OPTION...: in place of the subshell that it is called in.
train() {
    local name=$1
    shift
    # A shell lets what runs in its background ignore SIGINT.
    exec env --default-signal=INT \
        "$fashion" train --data data --epochs $epochs --checkpoint "$name.ckpt" --csv "$name.csv" "$@"
}

# stop_after SIGNAL STATUS ROWS NAME OPTION...: sends the signal when the CSV has so many lines.
stop_after() {
    local signal=$1 status=$2 rows=$3 name=$4 process result
    shift 3
    train "$@" >"$name.log" 2>&1 &
    process=$!
    until [ -f "$name.csv" ] && [ "$(wc -l <"$name.csv")" -ge "$rows" ]; do
        kill -0 $process 2>/dev/null || break
        sleep 0.02
    done
    sleep 0.1 # the epoch's checkpoint is written, the next one runs
    kill -"$signal" $process
    wait $process 2>/dev/null
    result=$?
    [ $result = "$status" ] || { complain "$name: status $result after SIG$signal"; cat "$name.log"; }
}

# resumes NORM OPTION...: a run that is stopped twice ends as one that is not.
resumes() {
    local first last
    (train "$1" --norm "$@") >"$1.log" 2>&1 || { complain "$1: status $?"; cat "$1.log"; return; }
    first=$(sed -n 2p "$1.csv" | cut -d, -f9)
    last=$(tail -n 1 "$1.csv" | cut -d, -f9)
    awk -v a="$first" -v b="$last" 'BEGIN {exit !(b < 0.8 * a)}' || complain "$1: loss $first, at last $last"

    stop_after INT 130 2 "stopped-$1" --norm "$@"
    grep -q "^stopped; [1-$((epochs - 1))] of $epochs epochs" "stopped-$1.log" ||
        { complain "stopped-$1: does not say so"; cat "stopped-$1.log"; }
    stop_after KILL 137 3 "stopped-$1" --norm "$@"
    grep -q "goes on after epoch" "stopped-$1.log" || { complain "stopped-$1: began anew"; cat "stopped-$1.log"; }
    (train "stopped-$1" --norm "$@") >"stopped-$1.log" 2>&1 || complain "stopped-$1: status $?"
    cmp "$1.ckpt" "stopped-$1.ckpt" || complain "$1: another network after being stopped"
    train "$1" --norm "$@" | grep -q "all $epochs epochs are done" || complain "$1: trains what is done"
}

# classifies NORM: at batch 1 and 32 the same, and the error is what the training found.
classifies() {
    local error
    error=$(tail -n 1 "$1.csv" | cut -d, -f11 | awk '{printf "%.2f %%", 100 * $1}')
    "$fashion" classify --data data --checkpoint "$1.ckpt" --batch 1 --batch 32 >"$1.classified" 2>&1 ||
        complain "$1: classify has status $?"
    grep -q "^the same predictions" "$1.classified" || complain "$1: other predictions at another batch"
    [ "$(grep -cE "^ *(1|32) .* $error " "$1.classified")" = 2 ] || complain "$1: error is not $error"
    [ $failed = 0 ] || cat "$1.classified"
}

# refuses TEXT COMMAND...: status 1 and a message with the text.
refuses() {
    local text=$1 output status
    shift
    output=$("$fashion" "$@" 2>&1)
    status=$?
    [ $status = 1 ] || complain "status $status: fashion $*"
    grep -qF -- "$text" <<<"$output" || complain "no '$text' from fashion $*: $output"
}

# flipped FROM TO OFFSET: a copy with another byte at one place.
flipped() {
    local byte
    byte=$(od -An -tu1 -j "$3" -N 1 "$1")
    cp "$1" "$2"
    # shellcheck disable=SC2059 # the format is made here
    printf "\\x$(printf %02x $((byte ^ 16)))" | dd of="$2" bs=1 seek="$3" conv=notrunc status=none
}

refuses_damage() {
    head -c 300000 gn.ckpt >short.ckpt
    head -c 20 gn.ckpt >stump.ckpt
    flipped gn.ckpt flipped.ckpt 123456
    flipped gn.ckpt old.ckpt 8
    : >empty.ckpt
    refuses "short.ckpt: 300000 bytes; a checkpoint has" classify --data data --checkpoint short.ckpt
    refuses "stump.ckpt: not a checkpoint" classify --data data --checkpoint stump.ckpt
    refuses "empty.ckpt: not a checkpoint" classify --data data --checkpoint empty.ckpt
    refuses "flipped.ckpt: checksum" classify --data data --checkpoint flipped.ckpt
    refuses "flipped.ckpt: checksum" train --data data --checkpoint flipped.ckpt
    refuses "old.ckpt: version" classify --data data --checkpoint old.ckpt
    refuses "none.ckpt: No such file" classify --data data --checkpoint none.ckpt
    refuses "nowhere/x.ckpt: cannot be written: No such file" train --data data --checkpoint nowhere/x.ckpt
    refuses "gn.ckpt: made with --batch 4, not 8" train --data data --batch 8 --groups 4 --epochs $epochs \
        --checkpoint gn.ckpt
    refuses "gn.ckpt: made with --norm gn, not bn" train --data data --norm bn --batch 4 --checkpoint gn.ckpt
    refuses "nowhere/train-images-idx3-ubyte.gz: No such file" train --data nowhere
    refuses "nowhere/t10k-images-idx3-ubyte.gz: No such file" classify --data nowhere --checkpoint gn.ckpt
    cp -r data damaged
    flipped data/t10k-images-idx3-ubyte.gz damaged/t10k-images-idx3-ubyte.gz 5000
    refuses "damaged/t10k-images-idx3-ubyte.gz: damaged" classify --data damaged --checkpoint gn.ckpt
    head -c 5000 data/train-images-idx3-ubyte.gz >damaged/train-images-idx3-ubyte.gz
    refuses "damaged/train-images-idx3-ubyte.gz: damaged" train --data damaged
}

refuses_options() {
    refuses "--help lists the options" train --momentum 0.9
    refuses "--help lists the options" train --batch
    refuses "from 1 to 10000" train --batch 0
    refuses "from 1 to 10000" train --batch 4x
    refuses "divide all layers' channels" train --groups 3
    refuses "belongs to --norm gn" train --norm bn --groups 4
    refuses "bn, gn, ln, in and none are known" train --norm rms
    refuses "is an option of train" classify --checkpoint gn.ckpt --epochs 2
    refuses "is an option of classify" train --labels x
    refuses "needs --checkpoint" classify
    refuses "more than the $images training images" train --data data --batch 1000
    refuses "9:9" train --data data --device 9:9
    refuses "train and classify are known" learn
}

cut_set train $images
cut_set t10k $tests
resumes gn --batch 4 --groups 4
resumes bn --batch 16
classifies gn
classifies bn
refuses_damage
refuses_options
exit $failed
