#!/usr/bin/env python3
"""One training step of a recurrent language model in PyTorch, timed: the other side of `dlt bench`.

Works with Debian's python3-torch 1.13. OPENBLAS_CORETYPE, where set, gives PyTorch another OpenBLAS kernel:
OpenBLAS 0.3.21 knows no CPU newer than itself and falls back to a slow one; SkylakeX is its AVX-512 kernel.
Prints one JSON line. float32, no dropout, tied head, a state of zeros, AdamW, gradients clipped to 1.
"""
import argparse
import json
import os
import re
import statistics
import sys
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--cell", choices=["rnn", "lstm", "gru"], default="lstm")
    add("--vocab", type=int, default=256)
    add("--layers", type=int, default=2)
    add("--width", type=int, default=512)
    add("--context", type=int, default=64)
    add("--batch", type=int, default=32)
    add("--threads", type=int, default=1)
    add("--steps", type=int, default=10, help="timed steps")
    add("--warmup", type=int, default=3, help="steps before the clock starts")
    return parser.parse_args()


ARGS = arguments()
# Both must be set before torch loads: torch.set_num_threads does not reach OpenBLAS's own threads.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(ARGS.threads)
# OpenMP's threads would spin beside OpenBLAS's own and take their cores.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
except ImportError:
    sys.exit(f"torch_lstm.py: {sys.executable} has no torch; run: scripts/packages.sh python3-torch, "
             "then use /usr/bin/python3")


class Recurrent(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.tokens = nn.Embedding(a.vocab, a.width)
        kind = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[a.cell]
        self.layers = kind(a.width, a.width, a.layers, batch_first=True)
        self.bias = nn.Parameter(torch.zeros(a.vocab))
        nn.init.normal_(self.tokens.weight)

    def forward(self, ids):
        return F.linear(self.layers(self.tokens(ids))[0], self.tokens.weight, self.bias)


def peak_rss_bytes():
    """VmHWM: the most memory this process ever held, libraries included."""
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) * 1024


def main():
    a = ARGS
    torch.set_num_threads(a.threads)
    torch.set_num_interop_threads(1)
    torch.manual_seed(1)
    model = Recurrent(a)
    groups = [{"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": 0.1},
              {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=3e-4, betas=(0.9, 0.95))
    ids = torch.randint(a.vocab, (a.batch, a.context + 1))
    x, y = ids[:, :-1].contiguous(), ids[:, 1:].reshape(-1)

    def step():
        loss = F.cross_entropy(model(x).view(-1, a.vocab), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.item()

    for _ in range(a.warmup):
        step()
    times = []
    for _ in range(a.steps):
        start = time.perf_counter()
        last = step()
        times.append(time.perf_counter() - start)
    seconds = statistics.median(times)
    print(json.dumps({
        "program": "torch", "version": torch.__version__, "cell": a.cell, "threads": a.threads,
        "parameters": sum(p.numel() for p in model.parameters()),
        "tokens_per_second": a.batch * a.context / seconds, "step_seconds": seconds, "steps": a.steps,
        "peak_rss_bytes": peak_rss_bytes(), "last": last,
    }))


main()
