#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From the CSV files of runs that are done: one CSV, the tables of docs/paper.md, and plots by gnuplot.
set -eu

out=${1:?usage: report.sh DIR, where paper.sh has written}
cd "$out"

# A run that was interrupted may have an epoch twice; the last row counts.
merge() {
    local file
    for file in *-b*.csv; do
        awk -F, 'FNR == 1 {header = $0; next} {row[$7] = $0; if ($7 > last) last = $7; epochs = $6}
            END {print header; if (last == epochs) for (e = 1; e <= last; e++) print row[e]}' "$file"
    done | awk 'NR == 1 || !/^norm,/'
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
# Milliseconds a step: mean over the epochs.
step_ms() {
    awk -F, -v n="$1" -v g="$2" -v b="$3" '
        $1 == n && $2 == g && $3 == b {s += $15; k += int($5 / $3)}
        END {if (k) printf "%.2f\n", 1e3 * s / k; else print "-"}' paper.csv
}
# Shares of conv, norm and the rest, in percent: means over the epochs.
shares() {
    awk -F, -v n="$1" -v g="$2" -v b="$3" '
        $1 == n && $2 == g && $3 == b {c += $16; m += $17; r += $18; k++}
        END {if (k) printf "%.0f / %.0f / %.0f\n", 100 * c / k, 100 * m / k, 100 * r / k; else print "-"}' paper.csv
}

tables() {
    local pair b g bn gn value
    awk -F, -v seeds="$(tail -n +2 paper.csv | cut -d, -f4 | sort -nu | paste -sd' ')" 'NR == 2 {
        printf "%s training images, %s epochs, seed %s; errors in percent after the last epoch.\n", $5, $6, seeds}' \
        paper.csv
    printf '\nNorms at batch 32\n\n| norm | test error | against BN | training error |\n|---|---|---|---|\n'
    bn=$(percent 11 bn 0 32)
    for pair in "bn 0" "ln 0" "in 0" "gn 8" "none 0"; do
        read -r n g <<<"$pair"
        value=$(percent 11 "$n" "$g" 32)
        echo "| $n | $value | $(minus "$value" "$bn") | $(percent 10 "$n" "$g" 32) |"
    done
    printf '\nBatch sizes\n\n| batch | BN | GN | GN - BN |\n|---|---|---|---|\n'
    for b in 32 16 8 4 2; do
        bn=$(percent 11 bn 0 $b)
        gn=$(percent 11 gn 8 $b)
        echo "| $b | $bn | $gn | $(minus "$gn" "$bn") |"
    done
    printf '\nGroups at batch 32\n\n| groups | test error |\n|---|---|\n'
    for g in 1 2 4 8 16; do
        echo "| $g | $(percent 11 gn $g 32) |"
    done
    printf '\nStatistics of batch norm\n\n'
    printf '| batch | test error, running statistics | batch statistics | mean noise | scale noise |\n'
    printf '|---|---|---|---|---|\n'
    for b in 32 16 8 4 2; do
        echo "| $b | $(percent 11 bn 0 $b) | $(percent 12 bn 0 $b) | $(final 1 %.3f 13 bn 0 $b) |" \
            "$(final 1 %.3f 14 bn 0 $b) |"
    done
    printf '\nTime\n\n| batch | BN, ms a step | conv / norm / rest, %% | GN, ms a step | conv / norm / rest, %% |\n'
    printf '|---|---|---|---|---|\n'
    for b in 32 16 8 4 2; do
        echo "| $b | $(step_ms bn 0 $b) | $(shares bn 0 $b) | $(step_ms gn 8 $b) | $(shares gn 8 $b) |"
    done
}

# plot_to FORMAT SUFFIX
plot_to() {
    gnuplot <<END
set terminal $1
set datafile missing "-"
set grid ytics lt 1 lc rgb "#dddddd"
set key top left
set output "batch_sizes.$2"
set title "Fashion-MNIST: error against batch size"
set xlabel "batch"
set ylabel "test error, %"
set logscale x 2
set xrange [40:1.6]
set xtics (32, 16, 8, 4, 2)
plot "batch_sizes.dat" using 1:2 with linespoints pt 7 lw 2 lc rgb "#d62728" title "BN", \
     "" using 1:3 with linespoints pt 5 lw 2 lc rgb "#1f77b4" title "GN, 8 groups"
unset logscale x
set xrange [0.5:*] noreverse
set xtics autofreq 1
set key top right
set xlabel "epoch"
set output "curves.$2"
set multiplot layout 1,2 title "Fashion-MNIST at batch 32"
set title "training"
set ylabel "training error, %"
$(curves 2)
set title "validation"
set ylabel "test error, %"
$(curves 3)
unset multiplot
END
}

# curves COLUMN: the plot command of one panel; curves.dat has the norms one after the other.
curves() {
    local colours=("#d62728" "#2ca02c" "#ff7f0e" "#1f77b4" "#7f7f7f") titles=(BN LN IN GN none) i comma=
    printf 'plot '
    for i in 0 1 2 3 4; do
        printf '%s"curves.dat" index "%s" using 1:%s with linespoints pt 7 ps 0.6 lw 2 lc rgb "%s" title "%s"' \
            "$comma" "${titles[i]}" "$1" "${colours[i]}" "${titles[i]}"
        comma=', '
    done
    echo
}

# The numbers of the plots. curves.dat: epoch, training error, test error; means over the seeds.
plot_data() {
    local b pair title n g
    for b in 32 16 8 4 2; do
        echo "$b $(percent 11 bn 0 $b | cut -d' ' -f1) $(percent 11 gn 8 $b | cut -d' ' -f1)"
    done >batch_sizes.dat
    for pair in "BN bn 0" "LN ln 0" "IN in 0" "GN gn 8" "none none 0"; do
        read -r title n g <<<"$pair"
        printf '\n\n# %s\n' "$title"
        awk -F, -v n="$n" -v g="$g" '
            $1 == n && $2 == g && $3 == 32 {a[$7] += $10; b[$7] += $11; k[$7]++; if ($7 > last) last = $7}
            END {for (e = 1; e <= last; e++) print e, 100 * a[e] / k[e], 100 * b[e] / k[e]; if (!last) print "1 - -"}' \
            paper.csv
    done >curves.dat
}

merge >paper.csv
[ "$(wc -l <paper.csv)" -gt 1 ] || { echo "report.sh: no run in $out is done" >&2; exit 1; }
tables >tables.md
cat tables.md
if command -v gnuplot >/dev/null; then
    plot_data
    plot_to 'svg size 900,420 dynamic background "white"' svg
    plot_to 'pngcairo size 900,420' png
else
    echo "report.sh: no gnuplot, no plots (Debian: gnuplot-nox)" >&2
fi
