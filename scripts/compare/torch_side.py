"""What the PyTorch sides of the comparisons have in common."""
import os
import re
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
