# SPDX-License-Identifier: Apache-2.0
# Completion of clgn-tune for bash. Commands, options and suites are asked of the program, so that they are its own.
# shellcheck shell=bash

# The words of an option's value.
_clgn_tune_values() {
    case $1 in
    --suite)
        "$2" bench --help 2>/dev/null | awk '/^Suites:/ {on = 1} on && /^$/ {exit} on' |
            sed 's/^Suites://; s/\.$//'
        ;;
    --dt | --out-dt) echo f32 f16 bf16 f64 ;;
    --layout | --out-layout) echo nchw nhwc ;;
    --norm) echo group layer instance batch rms ;;
    --op) echo fwd fwd_stats bwd bwd_data ;;
    --cache) echo cold warm ;;
    --metric) echo efficiency time ;;
    --progress) echo auto plain none ;;
    --level) echo rapid normal exhaustive ;;
    esac
}

_clgn_tune() {
    local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]} word=${COMP_WORDS[COMP_CWORD]} words
    local previous=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words=$("$program" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')
        words="$words --help --version"
    elif [ "$previous" = = ]; then
        # "=" is a word of its own to readline.
        words=$(_clgn_tune_values "${COMP_WORDS[COMP_CWORD - 2]}" "$program")
    elif [ "$word" = = ]; then
        words=$(_clgn_tune_values "$previous" "$program")
        word=
    elif [[ $word == -* ]]; then
        words=$("$program" "$command" --help 2>/dev/null | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -e '--[a-z-]+')
    else
        words=$(_clgn_tune_values "$previous" "$program")
    fi
    if [ -n "$words" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    else
        compopt -o default 2>/dev/null
    fi
}
complete -F _clgn_tune clgn-tune
