#!/usr/bin/env python3
"""One training step of a GPT in PyTorch, timed: the other side of `dlt bench`.

Works with Debian's python3-torch 1.13 (explicit attention) and torch 2.x (scaled_dot_product_attention).
OPENBLAS_CORETYPE, where set, gives PyTorch another OpenBLAS kernel: OpenBLAS 0.3.21 knows no CPU newer
than itself and falls back to a slow one (blas_core in the output says which); SkylakeX is its AVX-512 kernel.
Prints one JSON line. float32, no dropout, tied head, learned positions, LayerNorm, tanh GELU, AdamW.
"""
import argparse
import ctypes
import json
import os
import re
import statistics
import time

import torch_side


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--vocab", type=int, default=256)
    add("--layers", type=int, default=6)
    add("--width", type=int, default=384)
    add("--heads", type=int, default=6)
    add("--context", type=int, default=256)
    add("--batch", type=int, default=8)
    add("--threads", type=int, default=1)
    add("--steps", type=int, default=10, help="timed steps")
    add("--warmup", type=int, default=3, help="steps before the clock starts")
    add("--inference", action="store_true", help="the forward pass only, without gradients")
    add("--optimizer", choices=["auto", "fused", "foreach", "loop"], default="auto", help="form of AdamW")
    return parser.parse_args()


ARGS = arguments()
torch = torch_side.load(ARGS.threads)
import torch.nn as nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402

HAS_SDPA = hasattr(F, "scaled_dot_product_attention")


class Attention(nn.Module):
    def __init__(self, width, heads, context):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        future = torch.full((context, context), float("-inf")).triu(1)
        self.register_buffer("future", future, persistent=False)

    def forward(self, x):
        batch, time_, width = x.shape
        qkv = self.qkv(x).view(batch, time_, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # each [batch, heads, time, head width]
        if HAS_SDPA:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            y = self.explicit(q, k, v)
        return self.out(y.transpose(1, 2).reshape(batch, time_, width))

    def explicit(self, q, k, v):
        """softmax(q k^T / sqrt(d) + mask) v; baddbmm scales, multiplies and masks in one call."""
        batch, heads, time_, size = q.shape
        q, k, v = (t.reshape(batch * heads, time_, size) for t in (q, k, v))
        scores = torch.baddbmm(self.future[:time_, :time_], q, k.transpose(1, 2), alpha=size ** -0.5)
        return torch.bmm(scores.softmax(-1), v).view(batch, heads, time_, size)


class Block(nn.Module):
    def __init__(self, width, heads, context):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads, context)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, a):
        super().__init__()
        self.tokens = nn.Embedding(a.vocab, a.width)
        self.positions = nn.Embedding(a.context, a.width)
        self.blocks = nn.ModuleList(Block(a.width, a.heads, a.context) for _ in range(a.layers))
        self.norm = nn.LayerNorm(a.width)
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.tokens.weight)


def adamw(model, form):
    """AdamW without decay on vectors. `auto` is fused where this torch has it for CPUs, else the plain
    loop: `foreach` is no faster on a CPU (1.13: 48 against 50 ms at 10.8M parameters, 52 against 91 at 13.9M)."""
    groups = [{"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": 0.1},
              {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0}]
    keywords = {"fused": {"fused": True}, "foreach": {"foreach": True}, "loop": {"foreach": False}}
    for choice in ["fused", "loop"] if form == "auto" else [form]:
        try:
            return torch.optim.AdamW(groups, lr=3e-4, betas=(0.9, 0.95), **keywords[choice]), choice
        except (TypeError, RuntimeError, ValueError):
            if form != "auto":
                raise
    raise AssertionError("AdamW always has its loop form")


def blas():
    """The BLAS library in this process and the kernel it chose, where it is OpenBLAS."""
    with open("/proc/self/maps") as maps:
        paths = sorted({line.split()[-1] for line in maps if re.search(r"/lib(openblas|blas|mkl_rt)[^/]*\.so", line)})
    for path in paths:
        try:
            library = ctypes.CDLL(path)
            library.openblas_get_corename.restype = ctypes.c_char_p
            return os.path.basename(path), library.openblas_get_corename().decode()
        except (OSError, AttributeError):
            continue
    return (os.path.basename(paths[0]) if paths else "inside torch"), "unknown"


def best_seconds(call, floor=0.2):
    """The fastest of several calls, over at least `floor` seconds."""
    call()
    times = []
    while sum(times) < floor or len(times) < 3:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def mm_seconds(m, k, n):
    x, y, out = torch.randn(m, k), torch.randn(k, n), torch.empty(m, n)
    return best_seconds(lambda: torch.mm(x, y, out=out))


def sgemm_rates(a):
    """GFLOP/s of 1024^3, and of the model's own products (forward, dx, dw), each as often as a step has it."""
    rows = a.batch * a.context
    layers = [(a.width, 3 * a.width), (a.width, a.width), (a.width, 4 * a.width), (4 * a.width, a.width)]
    flops = seconds = 0.0
    for (i, o), count in [(shape, a.layers) for shape in layers] + [((a.width, a.vocab), 1)]:
        for m, k, n in [(rows, i, o), (rows, o, i), (i, rows, o)]:
            flops += count * 2.0 * m * k * n
            seconds += count * mm_seconds(m, k, n)
    return 2 * 1024 ** 3 / mm_seconds(1024, 1024, 1024) / 1e9, flops / seconds / 1e9


def main():
    a = ARGS
    import_rss = torch_side.peak_rss_bytes()
    model = Gpt(a)
    optimizer, form = adamw(model, a.optimizer)
    ids = torch.randint(a.vocab, (a.batch, a.context + 1))
    x, y = ids[:, :-1].contiguous(), ids[:, 1:].reshape(-1)

    def train_step(_):
        loss = F.cross_entropy(model(x).view(-1, a.vocab), y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.item()

    def forward(_):
        with torch.no_grad():
            return model(x)[0, 0, 0].item()

    step = forward if a.inference else train_step
    times, last = torch_side.timed(step, a.warmup, a.steps)
    peak = torch_side.peak_rss_bytes()  # before the products below add their own

    count = sum(p.numel() for p in model.parameters())
    flops_per_token = 6 * count + 12 * a.layers * a.width * a.context
    if a.inference:
        flops_per_token /= 3
    seconds = statistics.median(times)
    tokens = a.batch * a.context
    sgemm, sgemm_model = sgemm_rates(a)
    library, core = blas()
    print(json.dumps({
        "program": "torch", "version": torch.__version__, "mode": "inference" if a.inference else "train",
        "vocab": a.vocab, "threads": a.threads, "parameters": count,
        "tokens_per_second": tokens / seconds, "step_seconds": seconds, "steps": a.steps,
        "gflops": flops_per_token * tokens / seconds / 1e9,
        "sgemm_gflops": sgemm, "sgemm_model_gflops": sgemm_model,
        "peak_rss_bytes": peak, "import_rss_bytes": import_rss,
        "blas": library, "blas_core": core, "adamw": form,
        "attention": "scaled_dot_product" if HAS_SDPA else "explicit", "last": last,
    }))


main()
