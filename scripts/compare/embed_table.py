#!/usr/bin/env python3
"""Reads the results of embed.sh (one JSON object a line) and prints them as Markdown."""
import json
import statistics
import sys

NAMES = {"fasttext": "fastText", "dlt-free": "dlt --free-running", "dlt-mean": "dlt, its own CBOW"}


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def header(left, right):
    row(*left, *right)
    row(*["---"] * len(left), *["---:"] * len(right))


def speed(runs):
    seconds = {}
    for r in runs:
        seconds.setdefault((r["mode"], r["dim"], r["threads"]), {}).setdefault(r["speed"], []).append(r)
    header(["mode", "dim", "threads", "program"], ["seconds", "words/s", "x fastText", "x gensim", "peak MB"])
    for key, sides in seconds.items():
        median = {side: statistics.median(r["seconds"] for r in of) for side, of in sides.items()}
        for side, of in sides.items():
            row(*map(str, key), NAMES.get(side, side), f"{median[side]:.2f}", f"{of[0]['words'] / median[side] / 1e6:.2f} M",
                f"{median['fasttext'] / median[side]:.1f}", f"{median['gensim'] / median[side]:.1f}",
                f"{max(r['kb'] for r in of) * 1.024e-3:.0f}")


def quality(runs):
    by = {}
    for r in runs:
        by.setdefault((r["mode"], r["quality"]), []).append(r)
    figures = {"WordSim-353": lambda r: r["similarity"]["files"][0]["spearman"],
               "analogies, %": lambda r: 100 * r["analogy"]["all"]["accuracy_add"],
               "family, %": lambda r: next(100 * s["accuracy_add"] for s in r["analogy"]["sections"]
                                           if s["section"] == "family")}
    header(["mode", "program"], [f"{name}: mean [least - most]" for name in figures])
    for (mode, side), of in by.items():
        cells = []
        for value in figures.values():
            found = [value(r) for r in of]
            digits = 3 if max(found) < 1 else 2
            cells.append(f"{statistics.mean(found):.{digits}f} [{min(found):.{digits}f} - {max(found):.{digits}f}]")
        row(mode, NAMES.get(side, side), *cells)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: embed_table.py RESULTS.jsonl")
    with open(sys.argv[1]) as lines:
        runs = [json.loads(line) for line in lines]
    for kind, table in (("speed", speed), ("quality", quality)):
        found = [r for r in runs if kind in r]
        if found:
            print()
            table(found)


main()
