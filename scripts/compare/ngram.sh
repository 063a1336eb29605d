#!/usr/bin/env bash
# dlt against IRSTLM: n-gram models with modified Kneser-Ney smoothing, from text to a file that can
# be scored with, and scoring from it, in turn, on this machine; KenLM's published figures beside
# them. Prints a Markdown table of medians; every run is kept in build/compare/ngram.jsonl.
#
#   ROUNDS=3  runs of each side     SETS="brown english"   ORDERS="3 5"   THREADS="1 2" (of dlt)
#   DLT=build/release/dlt           the program
#
# Every 20th line is held out; scoring reads the held-out lines as often as makes a million tokens,
# and the time that one line takes (opening the model) is taken off.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

rounds=${ROUNDS:-3}
dlt=${DLT:-build/release/dlt}
read -ra sets <<<"${SETS:-brown english}"
read -ra orders <<<"${ORDERS:-3 5}"
read -ra thread_counts <<<"${THREADS:-1 2}"
work=build/compare/ngram
results=build/compare/ngram.jsonl
enough=1000000  # tokens to score

command -v irstlm >/dev/null || die "no irstlm; run scripts/packages.sh irstlm"
[[ -x /usr/bin/time ]] || die "no /usr/bin/time; run scripts/packages.sh time"
if [[ -z ${DLT:-} ]]; then scripts/build.sh >/dev/null; fi
mkdir -p "$work"
: >"$results"

# timed COMMAND...: runs it; leaves its seconds and peak KB in `seconds` and `kb`, its output in $work/out.
timed() {
  /usr/bin/time -o "$work/time" -f '%e %M' "$@" >"$work/out" 2>"$work/err" ||
    die "failed: $*: $(tail -n 3 "$work/err")"
  read -r seconds kb <"$work/time"
}

# keep SIDE SET ORDER THREADS KEY=NUMBER...: one line of the results file.
keep() {
  local line
  line=$(printf '{"side": "%s", "set": "%s", "order": %d, "threads": %d' "$1" "$2" "$3" "$4")
  shift 4
  for pair in "$@"; do line+=", \"${pair%%=*}\": ${pair#*=}"; done
  echo "$line}" >>"$results"
}

# Training text, held-out text, held-out text many times over and one line, plain and for IRSTLM.
prepare() {
  local text=data/raw/$1.txt tokens copies i
  scripts/get_data.sh "$1" >&2
  awk 'NR % 20' "$text" >"$work/train.txt"
  awk 'NR % 20 == 0' "$text" >"$work/test.txt"
  head -n 1 "$work/test.txt" >"$work/line.txt"
  tokens=$(tokens_of test)
  copies=$(((enough + tokens - 1) / tokens))
  for ((i = 0; i < copies; i++)); do cat "$work/test.txt"; done >"$work/many.txt"
  for name in train test line many; do
    irstlm add-start-end.sh <"$work/$name.txt" >"$work/$name.se"
  done
}
tokens_of() { wc -lw <"$work/$1.txt" | awk '{ print $1 + $2 }'; }  # words and a </s> for each line

# score_seconds COMMAND... with @ for the text: of the many lines, without that of one line.
score_seconds() {
  local one
  timed "${@//@/line}"
  one=$seconds
  timed "${@//@/many}"
  score_kb=$kb
  score=$(awk -v all="$seconds" -v one="$one" 'BEGIN { s = all - one; print s < 0.01 ? 0.01 : s }')
}

figure() { sed -nE "s/.*$1.*/\\1/p" "$work/out" | tail -n 1; }

# measure SIDE SET ORDER THREADS TRAIN_SECONDS TRAIN_KB, after score_seconds
measure() {
  keep "$1" "$2" "$3" "$4" train_tokens="$(tokens_of train)" train_seconds="$5" train_kb="$6" \
    score_tokens="$(tokens_of many)" score_seconds="$score" score_kb="$score_kb"
}

run_irstlm() {
  local model=$work/irstlm.blm train_seconds train_kb
  timed irstlm tlm -tr="$work/train.se" -n="$2" -lm=msb -ps=no -bo=yes -obin="$model"
  train_seconds=$seconds train_kb=$kb
  score_seconds irstlm compile-lm "$model" --eval="$work/@.se"
  measure irstlm "$1" "$2" 1 "$train_seconds" "$train_kb"
}

run_dlt() {
  local model=$work/dlt.ngram train_seconds train_kb
  timed "$dlt" ngram train "$work/train.txt" --order "$2" -o "$model" --threads "$3"
  train_seconds=$seconds train_kb=$kb
  score_seconds "$dlt" ngram score --lm "$model" --text "$work/@.txt" --per summary --threads "$3"
  measure dlt "$1" "$2" "$3" "$train_seconds" "$train_kb"
}

# The perplexity of the held-out text without its unknown words, of both models by dlt: IRSTLM's
# own counts unknown words in another way.
perplexities() {
  local arpa=$work/irstlm.arpa
  timed "$dlt" ngram train "$work/train.txt" --order "$2" -o "$work/dlt.ngram"
  timed "$dlt" ngram score --lm "$work/dlt.ngram" --text "$work/test.txt" --per summary
  keep dlt "$1" "$2" 0 perplexity="$(figure 'excluding OOVs:[[:space:]]*([0-9.]+)')"
  timed irstlm tlm -tr="$work/train.se" -n="$2" -lm=msb -ps=no -bo=yes -oARPA="$arpa"
  timed "$dlt" ngram score --lm "$arpa" --text "$work/test.txt" --per summary
  keep irstlm "$1" "$2" 0 perplexity="$(figure 'excluding OOVs:[[:space:]]*([0-9.]+)')"
  rm -f "$arpa"
}

for set in "${sets[@]}"; do
  prepare "$set"
  for order in "${orders[@]}"; do
    for ((i = 1; i <= rounds; i++)); do
      say "$set, order $order, round $i of $rounds"
      run_irstlm "$set" "$order"
      for threads in "${thread_counts[@]}"; do run_dlt "$set" "$order" "$threads"; done
    done
    say "$set, order $order: perplexities"
    perplexities "$set" "$order"
  done
done
rm -rf "$work"
python3 scripts/compare/ngram_table.py "$results"
