#!/usr/bin/env bash
# dlt against PyTorch: one training step of the same Mamba language model (4 layers x 256, vocabulary
# 256, batch 4, length 1,024), in turn, on this machine. PyTorch runs the scan as it is written, step
# by step ("loop"), and as Hugging Face's path without CUDA does it, in a kinder form whose way back
# does not fill a whole array for every step ("unbind"), or as it is ("step": many minutes). Prints a Markdown table of medians; every run is kept in
# build/compare/mamba.jsonl.
#
#   ROUNDS=3  runs of dlt per row               THREADS="1 2"
#   STEPS=5   timed steps of a run of dlt       TORCH_STEPS=1  of PyTorch, which takes minutes
#   FORMS="loop unbind"                         CORE=SkylakeX: OpenBLAS's kernel for PyTorch
#   PYTHON=/usr/bin/python3                     one that has torch
#   DLT=build/release/dlt                       the program; built if it is not given
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

rounds=${ROUNDS:-3}
steps=${STEPS:-5}
torch_steps=${TORCH_STEPS:-1}
read -ra thread_counts <<<"${THREADS:-1 2}"
read -ra forms <<<"${FORMS:-loop unbind}"
python=${PYTHON:-/usr/bin/python3}
results=build/compare/mamba.jsonl
dlt=${DLT:-$(scripts/build.sh | tail -n 1)}
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
"$python" -c 'import torch' 2>/dev/null ||
  die "$python has no torch; run scripts/packages.sh python3-torch, or set PYTHON"

# keep SIDE THREADS: one line of the results file from the JSON on stdin.
keep() {
  "$python" -c 'import json, sys
side, threads = sys.argv[1:]
print(json.dumps({"side": side, "threads": int(threads), "result": json.load(sys.stdin)}))' "$@" >>"$results"
}

mkdir -p build/compare
: >"$results"
for threads in "${thread_counts[@]}"; do
  for ((i = 1; i <= rounds; i++)); do
    say "dlt, $threads threads, round $i of $rounds"
    "$dlt" bench configs/bench/mamba.json --threads "$threads" --steps "$steps" --tokens 0 --json |
      keep dlt "$threads"
  done
  for form in "${forms[@]}"; do
    say "PyTorch, $form, $threads threads"
    OPENBLAS_CORETYPE=${CORE:-SkylakeX} "$python" scripts/compare/torch_mamba.py --scan "$form" \
      --threads "$threads" --steps "$torch_steps" | keep "$form" "$threads"
  done
done
"$python" - "$results" <<'PYTHON'
import json, statistics, sys
rows = {}
for line in open(sys.argv[1]):
    run = json.loads(line)
    rows.setdefault(run["threads"], {}).setdefault(run["side"], []).append(run["result"])
def median(side, key):
    return statistics.median(run[key] for run in side)
print("| PyTorch's scan | threads | dlt tokens/s | PyTorch tokens/s | ratio | dlt peak MB | PyTorch peak MB |")
print("| --- " + "| ---: " * 6 + "|")
for threads, sides in rows.items():
    ours = sides.pop("dlt")
    for form, theirs in sides.items():
        speed = [median(side, "tokens_per_second") for side in (ours, theirs)]
        memory = [median(side, "peak_rss_bytes") / 1e6 for side in (ours, theirs)]
        print(f"| {form} | {threads} | {speed[0]:,.0f} | {speed[1]:,.0f} | {speed[0] / speed[1]:.1f} "
              f"| {memory[0]:,.0f} | {memory[1]:,.0f} |")
PYTHON
