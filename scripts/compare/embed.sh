#!/usr/bin/env bash
# dlt against fastText and gensim: word vectors from a text, on this machine, each program by itself
# and in turn. Prints Markdown tables; every run is kept in build/compare/embed.jsonl.
#
#   scripts/compare/embed.sh [speed|quality|files]...   (all three)
#     speed    words/s of the whole program: medians of ROUNDS=3 runs of EPOCHS=2
#     quality  WordSim-353 and analogies after 5 epochs for SEEDS="1 2 3", both modes of dlt
#     files    gensim loads what dlt writes, dlt what gensim and fastText write: same neighbours
#
#   TEXT=data/raw/brown.txt  DIMS="100 300" and THREADS="1 2" (speed)  MODES="skipgram cbow"
#   WORDEVAL=data/wordeval   folder of EN-WS-353-ALL.txt and questions-words.txt
#   DLT=build/release/dlt    the program
#
# The same settings everywhere: window 5, 5 negatives, sample 1e-3, words of 5 and more, no
# subwords, learning rate 0.025 in skip-gram and 0.05 in CBOW, whose gradient is word2vec.c's.
# dlt's own default for CBOW, the true gradient of the mean with 0.1, is a row of its own. Quality of
# gensim is that of one thread: with several each counts only its own words for the decay of the
# rate, which stays too high.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

rounds=${ROUNDS:-3}
epochs=${EPOCHS:-2}
dlt=${DLT:-build/release/dlt}
text=${TEXT:-data/raw/brown.txt}
wordeval=${WORDEVAL:-data/wordeval}
read -ra dims <<<"${DIMS:-100 300}"
read -ra thread_counts <<<"${THREADS:-1 2}"
read -ra modes <<<"${MODES:-skipgram cbow}"
read -ra seeds <<<"${SEEDS:-1 2 3}"
work=build/compare/embed
results=build/compare/embed.jsonl
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE  # they slow gensim's products down

command -v fasttext >/dev/null || die "no fasttext; run scripts/packages.sh fasttext"
/usr/bin/python3 -c 'import gensim' 2>/dev/null || die "no gensim; run scripts/packages.sh python3-gensim"
[[ -x /usr/bin/time ]] || die "no /usr/bin/time; run scripts/packages.sh time"
if [[ -z ${DLT:-} ]]; then scripts/build.sh >/dev/null; fi
[[ $text != data/raw/brown.txt ]] || scripts/get_data.sh brown >&2
mkdir -p "$work"
words=$(wc -w <"$text")
: >"$results"

# command_of SIDE MODE DIM THREADS EPOCHS SEED: leaves it in `command`, the file it writes in `made`.
command_of() {
  local lr=0.025
  if [[ $2 == cbow ]]; then lr=0.05; fi
  case $1 in
    fasttext)
      made=$work/fasttext.vec
      command=(fasttext "$2" -input "$text" -output "$work/fasttext" -dim "$3" -ws 5 -neg 5 -t 1e-3
        -minCount 5 -minn 0 -maxn 0 -bucket 0 -lr "$lr" -thread "$4" -epoch "$5" -seed "$6")
      ;;
    gensim)
      made=$work/gensim.bin
      command=(/usr/bin/python3 scripts/compare/gensim_vectors.py train "$text" "$made" "$2" "$3" "$4" "$5" "$6"
        "$lr")
      ;;
    *)
      made=$work/$1.bin
      command=("$dlt" embed train "$text" -o "$made" --mode "$2" --dim "$3" --threads "$4" --epochs "$5"
        --seed "$6" --quiet)
      if [[ $1 == dlt-free ]]; then command+=(--free-running); fi
      if [[ $1 != dlt-mean ]]; then command+=(--lr "$lr" --full-gradient); fi
      ;;
  esac
}

# sides_of MODE: leaves them in `sides`.
sides_of() {
  sides=(fasttext gensim dlt dlt-free)
  if [[ $1 == cbow ]]; then sides+=(dlt-mean); fi
}

# learn: runs `command`; leaves its seconds and peak KB in `seconds` and `kb`.
learn() {
  /usr/bin/time -o "$work/time" -f '%e %M' "${command[@]}" >"$work/out" 2>"$work/err" ||
    die "failed: ${command[*]}: $(tail -n 3 "$work/err")"
  read -r seconds kb <"$work/time"
}

speed() {
  local mode dim threads side
  for mode in "${modes[@]}"; do
    sides_of "$mode"
    for dim in "${dims[@]}"; do
      for threads in "${thread_counts[@]}"; do
        for ((i = 1; i <= rounds; i++)); do
          say "speed: $mode, dim $dim, threads $threads, round $i of $rounds"
          for side in "${sides[@]}"; do
            command_of "$side" "$mode" "$dim" "$threads" "$epochs" 1
            learn
            printf '{"speed": "%s", "mode": "%s", "dim": %d, "threads": %d, "words": %d, "seconds": %s, "kb": %d}\n' \
              "$side" "$mode" "$dim" "$threads" $((words * epochs)) "$seconds" "$kb" >>"$results"
          done
        done
      done
    done
  done
}

quality() {
  local mode seed side threads
  for mode in "${modes[@]}"; do
    sides_of "$mode"
    for seed in "${seeds[@]}"; do
      say "quality: $mode, seed $seed"
      for side in "${sides[@]}"; do
        threads=2
        if [[ $side == gensim ]]; then threads=1; fi
        command_of "$side" "$mode" 100 "$threads" 5 "$seed"
        learn
        "$dlt" embed similarity "$made" "$wordeval/EN-WS-353-ALL.txt" --json >"$work/similarity"
        "$dlt" embed analogy "$made" "$wordeval/questions-words.txt" --json >"$work/analogy"
        printf '{"quality": "%s", "mode": "%s", "seed": %d, "similarity": %s, "analogy": %s}\n' \
          "$side" "$mode" "$seed" "$(tr -d '\n' <"$work/similarity")" "$(tr -d '\n' <"$work/analogy")" >>"$results"
      done
    done
  done
}

files() {
  local side format
  say "files: written by one, read by the other"
  command_of dlt skipgram 100 2 1 1
  learn
  for format in word2vec word2vec-bin vec; do
    "$dlt" embed convert "$made" -o "$work/as.$format" --format "$format"
    /usr/bin/python3 scripts/compare/gensim_vectors.py same "$dlt" "$work/as.$format" "$format"
  done
  for side in fasttext gensim; do
    command_of "$side" skipgram 100 2 1 1
    learn
    format=word2vec-bin
    if [[ $side == fasttext ]]; then format=vec; fi
    /usr/bin/python3 scripts/compare/gensim_vectors.py same "$dlt" "$made" "$format"
  done
}

if (($# == 0)); then set -- speed quality files; fi
for part in "$@"; do
  case $part in
    speed | quality | files) "$part" ;;
    *) die "no part '$part': speed, quality or files" ;;
  esac
done
rm -rf "$work"
python3 scripts/compare/embed_table.py "$results"
