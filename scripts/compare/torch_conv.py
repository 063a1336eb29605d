#!/usr/bin/env python3
"""Convolutions in PyTorch, timed: the other side of dlt_kernel_bench. One JSON line for each call.

Works with Debian's python3-torch 1.13, whose convolutions run in oneDNN or, one image of 1x1, in OpenBLAS
(OPENBLAS_CORETYPE gives it another kernel, see torch_gpt.py).
"""
import argparse
import json
import os
import statistics
import sys
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only layers whose name starts so")
    parser.add_argument("--seconds", type=float, default=0.3, help="for each call")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


ARGS = arguments()
# Before torch loads: torch.set_num_threads does not reach OpenBLAS's own threads.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(ARGS.threads)
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
try:
    import torch
    import torch.nn.functional as F
except ImportError:
    sys.exit(f"torch_conv.py: {sys.executable} has no torch; run: scripts/packages.sh python3-torch, "
             "then use /usr/bin/python3")

# name, in, out, kernel, side, groups; as tests/bench/conv_bench.cpp has them.
LAYERS = [("1x1", 116, 116, 1, 28, 1), ("depthwise 3x3", 120, 120, 3, 20, 120),
          ("depthwise 5x5", 120, 120, 5, 20, 120), ("3x3", 64, 64, 3, 56, 1)]


def measure(call):
    call()
    times = []
    while sum(times) < ARGS.seconds or len(times) < 5:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times), min(times)


def calls(layer, batch):
    _, channels, out, kernel, side, groups = layer
    x = torch.randn(batch, channels, side, side, requires_grad=True)
    w = torch.randn(out, channels // groups, kernel, kernel, requires_grad=True)
    b = torch.randn(out, requires_grad=True)

    def convolve():
        return F.conv2d(x, w, b, padding=kernel // 2, groups=groups)

    def forward():
        with torch.no_grad():
            convolve()

    y = convolve()
    dy = torch.randn_like(y)
    yield "forward", forward
    yield "backward", lambda: torch.autograd.grad(y, (x, w, b), dy, retain_graph=True)
    yield "both", lambda: torch.autograd.grad(convolve(), (x, w, b), dy)


def main():
    torch.set_num_threads(ARGS.threads)
    torch.manual_seed(1)
    for layer in LAYERS:
        if ARGS.names and not any(layer[0].startswith(name) for name in ARGS.names):
            continue
        for batch in (1, 16):
            shape = f"batch {batch}, {layer[1]} -> {layer[2]}, {layer[4]} x {layer[4]}"
            for direction, call in calls(layer, batch):
                median, best = measure(call)
                print(json.dumps({"name": layer[0], "shape": shape, "direction": direction,
                                  "seconds": median, "best_seconds": best}), flush=True)


main()
