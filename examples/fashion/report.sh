#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From the CSV files of runs that are done: one CSV, the tables of docs/paper.md, and plots by gnuplot.
set -eu

out=${1:?usage: report.sh DIR, where paper.sh has written}
cd "$out"
export LC_ALL=C # the same files from the same runs, everywhere

norms=("BN bn 0" "LN ln 0" "IN in 0" "GN gn 8" "none none 0")
batches=(32 16 8 4 2)
groups=(1 2 4 8 16)

# All rows of the runs that are done. A run that was interrupted may have an epoch twice; the last row counts.
merge() {
    local file
    echo "norm,groups,batch,seed,images,epochs,epoch,lr,train_loss,train_error,val_error,val_error_batch_stats,\
mean_noise,scale_noise,seconds,conv_share,norm_share,rest_share"
    for file in *-b*.csv; do
        [ -f "$file" ] || continue
        awk -F, 'NF == 18 && $1 != "norm" {row[$7] = $0; if ($7 + 0 > last) last = $7 + 0; epochs = $6 + 0}
            END {if (last > 0 && last == epochs) for (e = 1; e <= last; e++) if (e in row) print row[e]}' "$file"
    done
}

# is_done NORM GROUPS BATCH
is_done() {
    awk -F, -v n="$1" -v g="$2" -v b="$3" '$1 == n && $2 == g && $3 == b && $6 == $7 {found = 1}
        END {exit !found}' paper.csv
}

# The runs of which nothing is there, one a line.
missing() {
    local norm batch count
    {
        for norm in "${norms[@]#* }"; do echo "$norm 32"; done
        for batch in "${batches[@]}"; do printf 'bn 0 %s\ngn 8 %s\n' "$batch" "$batch"; done
        for count in "${groups[@]}"; do echo "gn $count 32"; done
    } | awk '!seen[$0]++' | while read -r norm count batch; do
        # shellcheck disable=SC2086 # none of them is empty
        is_done $norm $count $batch || echo "$norm${count#0}-b$batch"
    done
}

# final SCALE FORMAT FIELD NORM GROUPS BATCH: SCALE times the field after the last epoch, or a dash; with several seeds
# their mean, +- the standard deviation.
final() {
    awk -F, -v scale="$1" -v form="$2" -v f="$3" -v n="$4" -v g="$5" -v b="$6" '
        $1 == n && $2 == g && $3 == b && $6 == $7 {v = scale * $f; sum += v; squares += v * v; k++}
        END {
            if (!k) {print "-"; exit}
            text = sprintf(form, sum / k)
            variance = k > 1 ? (squares - sum * sum / k) / (k - 1) : 0
            if (k > 1) text = text " +- " sprintf(form, sqrt(variance > 0 ? variance : 0))
            print text
        }' paper.csv
}
percent() {
    final 100 %.2f "$@"
}
# minus A B: A - B with a sign.
minus() {
    if [ "$1" = - ] || [ "$2" = - ]; then
        echo -
    else
        awk -v a="$1" -v b="$2" 'BEGIN {printf "%+.2f\n", a - b}' # awk takes the number before +-
    fi
}
# The fastest epoch, which other work on the machine disturbed least: milliseconds a step, then the shares of
# convolution, normalisation and the rest in percent, as two cells of a table.
step_cells() {
    awk -F, -v n="$1" -v g="$2" -v b="$3" '
        $1 == n && $2 == g && $3 == b && (!ms || $15 / ($5 / $3) * 1e3 < ms) {
            ms = $15 / ($5 / $3) * 1e3
            shares = sprintf("%.0f / %.0f / %.0f", 100 * $16, 100 * $17, 100 * $18)
        }
        END {if (ms) printf "%.2f | %s\n", ms, shares; else print "- | -"}' paper.csv
}

tables() {
    local norm title n g b bn gn value lacking
    awk -F, -v seeds="$(tail -n +2 paper.csv | cut -d, -f4 | sort -nu | paste -sd' ')" 'NR == 2 {
        printf "%s training images, %s epochs, seed %s; errors in percent after the last epoch.\n", $5, $6, seeds}' \
        paper.csv
    lacking=$(missing | paste -sd' ')
    [ -z "$lacking" ] || printf '\nNot done, with a dash in their places: %s.\n' "$lacking"
    printf '\n## Norms at batch 32 (table 1)\n\n| norm | validation error | against BN | training error |\n'
    printf '|---|---|---|---|\n'
    bn=$(percent 11 bn 0 32)
    for norm in "${norms[@]}"; do
        read -r title n g <<<"$norm"
        value=$(percent 11 "$n" "$g" 32)
        echo "| $title | $value | $([ "$n" = bn ] || minus "$value" "$bn") | $(percent 10 "$n" "$g" 32) |"
    done
    printf '\n## Batch sizes (table 2)\n\n| batch | BN | GN, 8 groups | GN - BN |\n|---|---|---|---|\n'
    for b in "${batches[@]}"; do
        bn=$(percent 11 bn 0 "$b")
        gn=$(percent 11 gn 8 "$b")
        echo "| $b | $bn | $gn | $(minus "$gn" "$bn") |"
    done
    printf '\n## Groups at batch 32 (table 3)\n\n| groups | validation error |\n|---|---|\n'
    for g in "${groups[@]}"; do
        echo "| $g | $(percent 11 gn "$g" 32) |"
    done
    printf '\n## Statistics of batch norm\n\n'
    printf '| batch | validation error, running statistics | batch statistics | mean noise | scale noise |\n'
    printf '|---|---|---|---|---|\n'
    for b in "${batches[@]}"; do
        echo "| $b | $(percent 11 bn 0 "$b") | $(percent 12 bn 0 "$b") | $(final 1 %.3f 13 bn 0 "$b") |" \
            "$(final 1 %.3f 14 bn 0 "$b") |"
    done
    printf '\n## Time, of the fastest epoch\n\n'
    printf '| batch | BN, ms a step | conv / norm / rest, %% | GN, ms a step | conv / norm / rest, %% |\n'
    printf '|---|---|---|---|---|\n'
    for b in "${batches[@]}"; do
        echo "| $b | $(step_cells bn 0 "$b") | $(step_cells gn 8 "$b") |"
    done
}

# The numbers of the plots, means over the seeds; NaN where there is none. A title is a block's name.
# batch_sizes.dat: batch, BN, GN, BN where it is the upper one, and the lower one, likewise GN.
# curves.dat: epoch, training error, validation error.
plot_data() {
    local norm title n g b
    for b in "${batches[@]}"; do
        echo "$b $(percent 11 bn 0 "$b" | cut -d' ' -f1) $(percent 11 gn 8 "$b" | cut -d' ' -f1)"
    done | sed 's/ -/ NaN/g' | awk '{
        upper = $3 == "NaN" || ($2 != "NaN" && $2 + 0 >= $3 + 0)
        print $0, (upper ? $2 : "NaN"), (upper ? "NaN" : $2), (upper ? "NaN" : $3), (upper ? $3 : "NaN")}' \
        >batch_sizes.dat
    for norm in "${norms[@]}"; do
        read -r title n g <<<"$norm"
        is_done "$n" "$g" 32 || continue
        printf '\n\n# %s\n' "$title"
        awk -F, -v n="$n" -v g="$g" '
            $1 == n && $2 == g && $3 == 32 {a[$7] += $10; b[$7] += $11; k[$7]++; if ($7 + 0 > last) last = $7 + 0}
            END {for (e = 1; e <= last; e++) if (k[e]) printf "%d %.4f %.4f\n", e, 100 * a[e] / k[e], 100 * b[e] / k[e]}
            ' paper.csv
    done >curves.dat
}

colour() {
    case $1 in
    BN) echo '#d62728' ;;
    LN) echo '#2ca02c' ;;
    IN) echo '#ff7f0e' ;;
    GN) echo '#1f77b4' ;;
    *) echo '#7f7f7f' ;;
    esac
}

# curves COLUMN: the plot command of one panel.
curves() {
    local norm title comma='plot ' point=5
    for norm in "${norms[@]}"; do
        title=${norm%% *}
        grep -qx "# $title" curves.dat || continue
        printf '%s"curves.dat" index "%s" using 1:%s with linespoints pt %s ps 0.7 lw 2 lc rgb "%s" title "%s"' \
            "$comma" "$title" "$1" $point "$(colour "$title")" "$title"
        comma=', '
        point=$((point + 2))
    done
    echo
}

# sizes: the plot command of the batch sizes. Values stand on the side where the other line is not.
sizes() {
    local series comma='plot ' column title upper
    for series in "2 BN 4" "3 GN 6"; do
        read -r column title upper <<<"$series"
        awk -v c="$column" '$c != "NaN" {found = 1} END {exit !found}' batch_sizes.dat || continue
        printf '%s"batch_sizes.dat" using 1:%s with linespoints pt %s ps 1.2 lw 2 lc rgb "%s" title "%s"' \
            "$comma" "$column" $((1 + 2 * column)) "$(colour "$title")" "$title"
        printf ', "" using 1:%s:(sprintf("%%.2f", $%s)) with labels offset 0,0.9 notitle' "$upper" "$upper"
        printf ', "" using 1:%s:(sprintf("%%.2f", $%s)) with labels offset 0,-0.9 notitle' \
            $((upper + 1)) $((upper + 1))
        comma=', '
    done
    echo
}

# plot_to TERMINAL SUFFIX
plot_to() {
    {
        cat <<END
set terminal $1
set border 3
set tics nomirror out
set grid ytics lt 1 lc rgb "#dddddd"
set key outside right top
END
        if grep -q ' [0-9]' batch_sizes.dat; then
            cat <<END
set output "batch_sizes.$2"
set title "Fashion-MNIST, validation error after the last epoch, by batch size"
set xlabel "images in a batch"
set ylabel "validation error, %"
set logscale x 2
set xrange [40:1.6]
set xtics (32, 16, 8, 4, 2)
set offsets graph 0, 0, 0.1, 0.1
$(sizes)
unset logscale x
unset offsets
END
        fi
        if [ -s curves.dat ]; then
            cat <<END
set output "curves.$2"
stats "curves.dat" using 1 name "epoch" nooutput
stats "curves.dat" using 2 name "training" nooutput
stats "curves.dat" using 3 name "validation" nooutput
set xrange [0.5:epoch_max + 0.5] noreverse
set xtics autofreq 1, ceil(epoch_max / 16.0)
set logscale y
set ytics (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40, 60, 90)
unset key
set xlabel "epoch"
set multiplot layout 1,2 title "Fashion-MNIST, batch 32"
set title "training"
set yrange [(training_min > 0.1 ? training_min : 0.1) / 1.15:training_max * 1.15]
set ylabel "training error, %"
$(curves 2)
set title "validation"
set yrange [(validation_min > 0.1 ? validation_min : 0.1) / 1.15:validation_max * 1.15]
set key inside right top opaque
set ylabel "validation error, %"
$(curves 3)
unset multiplot
END
        fi
    } | gnuplot
}

merge >paper.csv
[ "$(wc -l <paper.csv)" -gt 1 ] || { echo "report.sh: no run in $out is done" >&2; exit 1; }
sizes_of_runs=$(tail -n +2 paper.csv | cut -d, -f5,6 | sort -u)
[ "$(wc -l <<<"$sizes_of_runs")" = 1 ] || {
    echo "report.sh: $out holds runs of several kinds, with images,epochs: ${sizes_of_runs//$'\n'/ }" >&2
    exit 1
}
tables >tables.md
cat tables.md
if command -v gnuplot >/dev/null; then
    rm -f batch_sizes.svg batch_sizes.png curves.svg curves.png
    plot_data
    plot_to 'svg size 900,420 font "sans-serif,13" dynamic background "white"' svg
    plot_to 'pngcairo size 900,420 font "sans,11"' png
else
    echo "report.sh: no gnuplot, no plots (Debian: gnuplot-nox)" >&2
fi
