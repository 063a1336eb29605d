#!/usr/bin/env python3
"""Reads the results of ngram.sh (one JSON object a line) and prints medians as Markdown."""
import json
import statistics
import sys

COLUMNS = ["text", "order", "program", "threads", "text to binary, s", "µs / token", "peak MB", "scoring, M tokens/s",
           "scoring peak MB", "perplexity without OOVs"]
# KenLM (lmplz, then build_binary probing; query) on 15,728,735 tokens and 762,084 lines of English novels, order 5 and 3,
# 2 processors: figures taken on another machine and text than the rows measured here.
KENLM_TOKENS = 15_728_735 + 762_084
KENLM = {3: {"train": 10.0 + 3.6, "mb": 1097 * 1.048576, "score": 4.7, "score_mb": 167 * 1.048576},
         5: {"train": 22.8 + 17.7, "mb": 1105 * 1.048576, "score": 2.8, "score_mb": 678 * 1.048576}}


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def median(runs, value):
    return statistics.median(value(run) for run in runs)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: ngram_table.py RESULTS.jsonl")
    timed, perplexity = {}, {}
    with open(sys.argv[1]) as lines:
        for line in lines:
            run = json.loads(line)
            if "perplexity" in run:
                perplexity[run["set"], run["order"], run["side"]] = run["perplexity"]
            else:
                timed.setdefault((run["set"], run["order"], run["side"], run["threads"]), []).append(run)
    row(*COLUMNS)
    print("| --- | ---: | --- " + "| ---: " * (len(COLUMNS) - 3) + "|")
    for (text, order, side, threads), runs in timed.items():
        seconds = median(runs, lambda r: r["train_seconds"])
        found = perplexity.get((text, order, side))
        row(text, str(order), {"irstlm": "IRSTLM"}.get(side, side), str(threads), f"{seconds:.2f}",
            f"{seconds / runs[0]['train_tokens'] * 1e6:.2f}", f"{median(runs, lambda r: r['train_kb']) * 1.024e-3:.0f}",
            f"{median(runs, lambda r: r['score_tokens'] / r['score_seconds']) / 1e6:.2f}",
            f"{median(runs, lambda r: r['score_kb']) * 1.024e-3:.0f}", f"{found:.2f}" if found else "–")
    for order in sorted({key[1] for key in timed} & set(KENLM)):
        k = KENLM[order]
        row("15.7 M tokens of novels", str(order), "KenLM, not measured here", "2", f"{k['train']:.1f}",
            f"{k['train'] / KENLM_TOKENS * 1e6:.2f}", f"{k['mb']:.0f}", f"{k['score']:.2f}", f"{k['score_mb']:.0f}", "–")
    print("\nKenLM's row is quoted: lmplz and build_binary probing, then query on one thread, on another text and machine;\n"
          "compare its µs per token, not its seconds.")


main()
