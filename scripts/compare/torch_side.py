"""What the PyTorch sides of the comparisons have in common."""
import json
import os
import re
import statistics
import sys
import time


def load(threads):
    """torch with so many threads. What OpenBLAS reads must be set before torch loads: torch.set_num_threads does not
    reach its own threads. OpenMP's would spin beside those and take their cores: with 2 threads, sleeping ones made the
    step of torch_gpt.py 1.4 times as fast in 1.13. Set OMP_WAIT_POLICY to try another."""
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(threads)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        import torch
    except ImportError:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {sys.executable} has no torch; run: "
                 "scripts/packages.sh python3-torch, then use /usr/bin/python3")
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    torch.manual_seed(1)
    return torch


def peak_rss_bytes():
    """VmHWM: the most memory this process ever held, libraries included."""
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) * 1024


def timed(step, warmup, steps):
    """The seconds of each of so many calls of step(i), after `warmup` that do not count, and the last result."""
    times = []
    for i in range(warmup + steps):
        start = time.perf_counter()
        last = step(i)
        times.append(time.perf_counter() - start)
    return times[warmup:], last


def print_training(torch, model, a, **more):
    """Times training steps of a language model on made-up tokens, as a.vocab, a.batch, a.context, a.warmup and a.steps
    say, with AdamW and gradients clipped to 1, and prints one JSON line, `more` in it."""
    groups = [{"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": 0.1},
              {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=3e-4, betas=(0.9, 0.95))
    ids = torch.randint(a.vocab, (a.batch, a.context + 1))
    x, y = ids[:, :-1].contiguous(), ids[:, 1:].reshape(-1)

    def step(_):
        loss = torch.nn.functional.cross_entropy(model(x).view(-1, a.vocab), y)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss.item()

    times, last = timed(step, a.warmup, a.steps)
    seconds = statistics.median(times)
    print(json.dumps({
        "program": "torch", "version": torch.__version__, **more, "threads": a.threads,
        "parameters": sum(p.numel() for p in model.parameters()),
        "tokens_per_second": a.batch * a.context / seconds, "step_seconds": seconds, "steps": a.steps,
        "peak_rss_bytes": peak_rss_bytes(), "last": last,
    }))
