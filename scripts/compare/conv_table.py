#!/usr/bin/env python3
"""Reads the results of conv.sh (one JSON object a line) and prints them as Markdown.

Times are medians over rounds of the median call; "best" is the ratio of the fastest calls of all rounds,
which other programs on the machine disturb least.
"""
import json
import statistics
import sys


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: conv_table.py RESULTS.jsonl")
    rows = {}
    with open(sys.argv[1]) as lines:
        for line in lines:
            run = json.loads(line)
            key = (run["name"], run["shape"], run["direction"])
            rows.setdefault(key, {}).setdefault(run["side"], []).append((run["seconds"], run["best_seconds"]))
    print("| convolution | shape | direction | dlt us | PyTorch us | PyTorch / dlt | best |")
    print("| --- | --- | --- | ---: | ---: | ---: | ---: |")
    for key, sides in rows.items():
        if len(sides) < 2:
            continue
        median = {side: statistics.median(s for s, _ in runs) * 1e6 for side, runs in sides.items()}
        best = {side: min(b for _, b in runs) for side, runs in sides.items()}
        print(f"| {' | '.join(key)} | {median['dlt']:,.0f} | {median['torch']:,.0f} "
              f"| {median['torch'] / median['dlt']:.2f} | {best['torch'] / best['dlt']:.2f} |")


main()
