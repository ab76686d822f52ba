#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The manual page of clgn-tune names the commands and options that --help names, no others; completion offers them.
set -u
tune=${1:?usage: check_man.sh CLGN-TUNE SOURCE-DIR} source_dir=${2:?}
page=$source_dir/tools/tune/clgn-tune.1
failed=0

fail() {
    echo "FAILED: $*"
    failed=1
}

# The options that a text names, one a line, without those of argp itself.
options() {
    grep -oE -e '--[a-z][a-z-]*' | grep -vxE -e '--(help|usage|version)' | sort -u
}

# of_help COMMAND: long options stand first in a line or after a short one.
of_help() {
    "$tune" "$1" --help | grep -oE '^ +(-., )?--[a-z-]+' | options
}

# of_page KIND NAME: what heads an entry of a section (SH or SS).
of_page() {
    awk -v head=".$1 $2" '
        $0 == head {on = 1; next}
        /^\.S[HS] / {on = 0}
        on && last == ".TP" {print}
        {last = $0}' "$page" |
        sed 's/\\-/-/g' | options
}

same() {
    [ "$2" = "$3" ] || fail "$1: $(diff <(echo "$2") <(echo "$3"))"
}

commands=$("$tune" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' | sort)
described=$(awk '$0 == ".SH COMMANDS" {on = 1; next} /^\.SH / {on = 0} on && /^\.SS / {print $2}' "$page" | sort)
[ -n "$commands" ] || fail "no commands in --help"
same "commands, of --help and of the page" "$commands" "$described"

shared=$(of_page SH "PROBLEMS AND DEVICES")
[ "$(wc -l <<<"$shared")" -ge 10 ] || fail "the page has few shared options: $shared"
for command in $commands; do
    named=$(of_help "$command")
    if grep -qx -e --suite <<<"$named"; then
        own=$(comm -23 <(echo "$named") <(echo "$shared"))
        missing=$(comm -13 <(echo "$named") <(echo "$shared"))
        [ -z "$missing" ] || fail "$command: shared options that it has not: $missing"
    else
        own=$named
    fi
    same "$command, options of --help and of the page" "$own" "$(of_page SS "$command")"
done

if command -v groff >/dev/null; then
    complaints=$(groff -man -ww -z -Tutf8 "$page" 2>&1)
    [ -z "$complaints" ] || fail "groff: $complaints"
else
    echo "groff: left out, it is not here"
fi

# complete WORD...: what completion offers for the last one.
complete_words() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _clgn_tune
    printf '%s\n' "${COMPREPLY[@]}"
}
# shellcheck source=tools/tune/clgn-tune.bash
. "$source_dir/tools/tune/clgn-tune.bash"
offered=$(complete_words "$tune" "" | grep -v '^-' | sort)
same "commands, of --help and of completion" "$commands" "$offered"
for command in $commands; do
    same "$command, options of --help and of completion" "$(of_help "$command")" \
        "$(complete_words "$tune" "$command" -- | options)"
done
[ "$(complete_words "$tune" bench --suite sd)" = "$(printf 'sd15\nsdxl')" ] || fail "--suite sd is not completed"
[ "$(complete_words "$tune" bench --dt = f)" = "$(printf 'f32\nf16\nf64')" ] || fail "--dt=f is not completed"
[ "$(complete_words "$tune" bench --layout =)" = "$(printf 'nchw\nnhwc')" ] || fail "--layout= is not completed"

echo "check_man: $(wc -w <<<"$commands") commands"
exit $failed
