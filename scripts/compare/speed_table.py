#!/usr/bin/env python3
"""Reads the results of speed.sh (one JSON object a line) and prints medians and ratios as Markdown."""
import json
import statistics
import sys

COLUMNS = ["OpenBLAS kernel", "vocabulary", "threads", "dlt tok/s", "PyTorch tok/s", "dlt / PyTorch",
           "dlt % of sgemm", "PyTorch % of sgemm", "dlt peak MB", "PyTorch peak MB", "dlt / PyTorch memory"]


def find(node, key):
    """The first number called `key`, however deep; a training result before one of inference."""
    if isinstance(node, dict):
        if isinstance(node.get(key), (int, float)):
            return node[key]
        node = [node[k] for k in sorted(node, key=lambda k: k not in ("train", "training"))]
    for child in node if isinstance(node, list) else []:
        if (found := find(child, key)) is not None:
            return found
    return None


def median(runs, key):
    values = [v for v in (find(run, key) for run in runs) if v]
    return statistics.median(values) if values else None


def ratio(a, b, scale=1.0):
    return scale * a / b if a and b else None


def text(value, digits=0):
    return "–" if value is None else f"{value:,.{digits}f}"


def row(key, sides):
    dlt, torch = sides.get("dlt", []), sides.get("torch", [])
    speed = [median(side, "tokens_per_second") for side in (dlt, torch)]
    sgemm = [ratio(median(side, "gflops"), median(side, "sgemm_gflops"), 100) for side in (dlt, torch)]
    memory = [median(side, "peak_rss_bytes") for side in (dlt, torch)]
    core = key[0]
    names = {run.get("blas_core") for run in torch if isinstance(run, dict)} - {None}
    cells = [f"{core} ({', '.join(sorted(names))})" if core == "default" and names else core, str(key[1]), str(key[2]),
             text(speed[0]), text(speed[1]), text(ratio(*speed), 2), text(sgemm[0]), text(sgemm[1]),
             text(ratio(memory[0], 1e6)), text(ratio(memory[1], 1e6)), text(ratio(*memory), 2)]
    return "| " + " | ".join(cells) + " |"


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: speed_table.py RESULTS.jsonl")
    rows = {}
    with open(sys.argv[1]) as lines:
        for line in lines:
            run = json.loads(line)
            sides = rows.setdefault((run["core"], run["vocab"], run["threads"]), {})
            sides.setdefault(run["side"], []).append(run["result"])
    print("| " + " | ".join(COLUMNS) + " |")
    print("| --- " + "| ---: " * (len(COLUMNS) - 1) + "|")
    for key, sides in rows.items():
        print(row(key, sides))


main()
