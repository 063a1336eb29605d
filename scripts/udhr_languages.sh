#!/usr/bin/env bash
# Names the language of a paragraph: 20 languages of the Universal Declaration of Human Rights, half
# of each declaration to train on, the other half to test with. Prints accuracy by paragraph for
# both halvings, each in both directions, and the table of the first.
#
#   UNIT=chars  N=1-3  ADD=0.1     as `dlt ngram classify train` has them
#   DLT=build/release/dlt          the program
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

languages=(bul ces cmn_hans dan deu_1996 eng fin fra ita jpn nld nob pol por_PT rus slk spa swe tur ukr)
dlt=${DLT:-build/release/dlt}
work=build/udhr
[[ -x $dlt ]] || die "no $dlt; run scripts/build.sh, or set DLT"
scripts/get_data.sh udhr >&2
mkdir -p "$work"

# halve NAME CONDITION: lines of a declaration for which the condition on i, the line, of n holds go
# to NAME.a, the others to NAME.b.
halve() {
  LC_ALL=C awk -F '\t' -v codes="${languages[*]}" -v a="$work/$1.a" -v b="$work/$1.b" '
    BEGIN { split(codes, list, " "); for (i in list) wanted[list[i]] }
    NR == FNR { total[$1]++; next }
    $1 in wanted { i = ++seen[$1]; n = total[$1]; print > ('"$2"' ? a : b) }' \
    data/raw/udhr.txt data/raw/udhr.txt
}

# try TRAIN TEST WHAT: one line of the result.
try() {
  "$dlt" ngram classify train "$1" --unit "${UNIT:-chars}" --n "${N:-1-3}" --lower --add "${ADD:-0.1}" \
    -o "$work/model.nb" 2>/dev/null
  "$dlt" ngram classify test --model "$work/model.nb" "$2" >"$work/table.txt"
  printf '%s: %s\n' "$3" "$(head -n 1 "$work/table.txt")"
}

halve halves '2 * i <= n'
halve turns 'i % 2 == 1'
try "$work/halves.a" "$work/halves.b" 'first half to train, second to test'
cp "$work/table.txt" "$work/first.txt"
try "$work/halves.b" "$work/halves.a" 'second half to train, first to test'
try "$work/turns.a" "$work/turns.b" 'odd lines to train, even ones to test'
try "$work/turns.b" "$work/turns.a" 'even lines to train, odd ones to test'
tail -n +2 "$work/first.txt"
