#!/usr/bin/env python3
"""One training step of a recurrent language model in PyTorch, timed: the other side of `dlt bench`.

Works with Debian's python3-torch 1.13. OPENBLAS_CORETYPE, where set, gives PyTorch another OpenBLAS kernel:
OpenBLAS 0.3.21 knows no CPU newer than itself and falls back to a slow one; SkylakeX is its AVX-512 kernel.
Prints one JSON line. float32, no dropout, tied head, a state of zeros, AdamW, gradients clipped to 1.
"""
import argparse

import torch_side


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
torch = torch_side.load(ARGS.threads)
import torch.nn as nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402


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


torch_side.print_training(torch, Recurrent(ARGS), ARGS, cell=ARGS.cell)
