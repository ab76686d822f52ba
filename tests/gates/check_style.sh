#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks the outward form of the sources: licence tag, ASCII, tabs, blanks, line length, clang-format; pages: blanks.
set -u
cd "${1:?usage: check_style.sh SOURCE-DIR}" || exit 1
failed=0

# complain WHAT < FILES-OR-LINES
complain() {
    local lines
    lines=$(head -n 20)
    [ -z "$lines" ] || { printf '%s:\n%s\n' "$1" "$lines"; failed=1; }
}

places=()
for place in CMakeLists.txt .ci .clang-format .gitignore README.md \
    bench cl cmake docs examples include src tests tools; do
    [ ! -e "$place" ] || places+=("$place")
done
mapfile -t texts < <(find "${places[@]}" -path tests/data -prune -o -type f \( -name '*.[ch]' -o -name '*.cl' \
    -o -name '*.clh' -o -name '*.inc' -o -name '*.sh' -o -name '*.cmake' -o -name '*.in' -o -name '*.md' \
    -o -name '*.txt' -o -name '*.1' -o -name '*.bash' -o -name '*.py' -o -name '*.supp' \
    -o -path .ci/run -o -name '.clang-format' \
    -o -name '.gitignore' \) -print | sort)
mapfile -t sources < <(printf '%s\n' "${texts[@]}" | grep -vE '\.md$')
mapfile -t formatted < <(printf '%s\n' "${texts[@]}" | grep -E '\.([ch]|cl|clh)$')

without_tag() {
    local file
    for file in "${sources[@]}"; do
        # A script's first line belongs to the shell.
        sed -n '1{/^#!/n;p;q}' "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || echo "$file"
    done
}

without_last_newline() {
    local file
    for file in "${texts[@]}"; do
        [ -z "$(tail -c 1 "$file")" ] || echo "$file"
    done
}

complain "no SPDX tag on top" < <(without_tag)
complain "tab" < <(grep -nP '\t' "${texts[@]}")
complain "trailing blank" < <(grep -nE ' +$' "${texts[@]}")
complain "not ASCII" < <(grep -nP '[^\x00-\x7f]' "${sources[@]}")
complain "longer than 120" < <(grep -nE '^.{121,}' "${sources[@]}")
complain "no newline at the end" < <(without_last_newline)
complain "raw string" < <(grep -nE 'R"\(' "${formatted[@]}")

# Other versions of clang-format disagree in details.
format=$(command -v clang-format-14 || true)
if [ -n "$format" ]; then
    complain "clang-format" < <("$format" --dry-run "${formatted[@]}" 2>&1 |
        awk -F: '/warning: code should be/ {count[$1]++} END {for (f in count) print f ": " count[f] " places"}')
else
    echo "clang-format: left out, no clang-format-14"
fi
echo "check_style: ${#texts[@]} files"
exit $failed
