#!/usr/bin/env python3
"""One training step of an encoder-decoder Transformer in PyTorch, timed: the other side of `dlt bench`.

torch.nn.Transformer's own layers (post-norm, relu, biases, no final norms), embeddings scaled by the square root of the
width, shared by both sides and tied to the output, sinusoids, dropout, label smoothing, padding and causal masks, Adam
with beta2 0.98. Batches are padded pairs of like length, as many tokens as they go in. Works with Debian's python3-torch
1.13 and torch 2.x. Prints one JSON line; tokens are those of source and target that are no padding.
"""
import argparse
import json
import math
import statistics

import torch_side


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--vocab", type=int, default=8000)
    add("--layers", type=int, default=3)
    add("--width", type=int, default=256)
    add("--heads", type=int, default=4)
    add("--hidden", type=int, default=1024)
    add("--dropout", type=float, default=0.1)
    add("--smoothing", type=float, default=0.1)
    add("--batch-tokens", type=int, default=4096, help="of source, target and padding")
    add("--shortest", type=int, default=32, help="tokens of one side")
    add("--longest", type=int, default=32, help="tokens of one side")
    add("--threads", type=int, default=1)
    add("--steps", type=int, default=10, help="timed steps")
    add("--warmup", type=int, default=3, help="steps before the clock starts")
    return parser.parse_args()


ARGS = arguments()
torch = torch_side.load(ARGS.threads)
import torch.nn as nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402


class Translator(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.scale = math.sqrt(a.width)
        self.embedding = nn.Embedding(a.vocab, a.width)
        nn.init.normal_(self.embedding.weight, std=a.width ** -0.5)
        self.register_buffer("positions", self.sinusoids(a.longest + 1, a.width))
        common = dict(d_model=a.width, nhead=a.heads, dim_feedforward=a.hidden, dropout=a.dropout, batch_first=True)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(**common), a.layers)
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(**common), a.layers)
        self.dropout = nn.Dropout(a.dropout)

    @staticmethod
    def sinusoids(positions, width):
        rates = 10000 ** (-torch.arange(0, width, 2) / width)
        angles = torch.arange(positions)[:, None] * rates
        return torch.cat((angles.sin(), angles.cos()), 1)

    def embed(self, ids):
        return self.dropout(self.embedding(ids) * self.scale + self.positions[: ids.shape[1]])

    def forward(self, source, target):
        source_pad, target_pad = source == 0, target == 0
        target_pad[:, 0] = False  # the start mark is the padding's id
        future = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).triu(1)
        memory = self.encoder(self.embed(source), src_key_padding_mask=source_pad)
        y = self.decoder(self.embed(target), memory, tgt_mask=future, tgt_key_padding_mask=target_pad,
                         memory_key_padding_mask=source_pad)
        return F.linear(y, self.embedding.weight)


def make_batch(a):
    """Rows of `longest` tokens at most, with the padding that lengths from `shortest` to `longest` need."""
    rows = max(1, a.batch_tokens // (2 * a.longest))

    def side():
        sizes = torch.randint(a.shortest, a.longest + 1, (rows,))
        ids = torch.randint(2, a.vocab, (rows, int(sizes.max())))
        return ids.masked_fill(torch.arange(ids.shape[1])[None] >= sizes[:, None], 0), int(sizes.sum())

    (source, n), (target, m) = side(), side()
    start = torch.zeros(rows, 1, dtype=torch.long)
    labels = target.masked_fill(target == 0, -100)
    return source, torch.cat((start, target[:, :-1]), 1), labels, n + m


def main():
    a = ARGS
    model = Translator(a)
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4, betas=(0.9, 0.98), eps=1e-9)
    batches = [make_batch(a) for _ in range(4)]

    def step(i):
        source, given, labels, _ = batches[i % len(batches)]
        logits = model(source, given)
        loss = F.cross_entropy(logits.view(-1, a.vocab), labels.reshape(-1), label_smoothing=a.smoothing)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.item()

    times, last = torch_side.timed(step, a.warmup, a.steps)
    rates = [batches[i % len(batches)][3] / seconds for i, seconds in enumerate(times, a.warmup)]
    print(json.dumps({
        "program": "torch", "version": torch.__version__, "threads": a.threads, "vocab": a.vocab,
        "parameters": sum(p.numel() for p in model.parameters()), "steps": a.steps,
        "tokens_per_second": statistics.median(rates), "peak_rss_bytes": torch_side.peak_rss_bytes(), "last": last,
    }))


main()
