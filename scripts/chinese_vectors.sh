#!/usr/bin/env bash
# Vectors of Chinese: characters of the Tang poems, and words of modern text that an n-gram model
# has segmented. Prints nearest neighbours of both, and how words are ordered by likeness.
#
#   EPOCHS=40 (words)  WORDSIM=data/wordeval/wordsim-240.txt  DLT=build/release/dlt
#
# Words are found in three steps: cut by the counts of a dictionary, learn an n-gram model of the
# words so found (order 2), cut again by that model.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

dlt=${DLT:-build/release/dlt}
wordsim=${WORDSIM:-data/wordeval/wordsim-240.txt}
work=build/chinese
[[ -x $dlt ]] || die "no $dlt; run scripts/build.sh, or set DLT"
scripts/get_data.sh poems-zh chinese words-zh >&2
mkdir -p "$work"

say "characters of the poems"
"$dlt" embed train data/raw/poems-zh.txt --unit chars --epochs 5 -o "$work/characters.bin" --quiet
"$dlt" embed nearest "$work/characters.bin" --top 8 春 山 馬 王 三 悲

say "words"
"$dlt" ngram segment --dict data/raw/words-zh.txt <data/raw/chinese.txt >"$work/by-counts.txt"
"$dlt" ngram train "$work/by-counts.txt" --order 2 -o "$work/words.ngram" --quiet
"$dlt" ngram segment --lm "$work/words.ngram" <data/raw/chinese.txt >"$work/words.txt"
"$dlt" embed train "$work/words.txt" --epochs "${EPOCHS:-40}" --min-count 2 -o "$work/words.bin" --quiet
"$dlt" embed nearest "$work/words.bin" --top 8 文件 删除 字体 网络 人生
"$dlt" embed similarity "$work/words.bin" "$wordsim"
