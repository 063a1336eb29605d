#!/usr/bin/env bash
# dlt against PyTorch: one training step of the same LSTM language model (2 layers x 512, vocabulary
# 256, batch 32, length 64), in turn, on this machine. Prints a Markdown table of medians; every run
# is kept in build/compare/rnn.jsonl.
#
#   ROUNDS=3  runs of each side per row        THREADS="1 2"   CELLS="lstm" (rnn, gru)
#   STEPS=10  timed steps of a run             CORES="default SkylakeX": OpenBLAS kernels for PyTorch
#   PYTHON=/usr/bin/python3                    one that has torch
#   DLT=build/release/dlt                      the program; built if it is not given
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

rounds=${ROUNDS:-3}
steps=${STEPS:-10}
read -ra cores <<<"${CORES:-default SkylakeX}"
read -ra thread_counts <<<"${THREADS:-1 2}"
read -ra cells <<<"${CELLS:-lstm}"
python=${PYTHON:-/usr/bin/python3}
results=build/compare/rnn.jsonl
dlt=${DLT:-$(scripts/build.sh | tail -n 1)}
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
"$python" -c 'import torch' 2>/dev/null ||
  die "$python has no torch; run scripts/packages.sh python3-torch, or set PYTHON"

# keep SIDE CORE CELL THREADS JSON: one line of the results file.
keep() {
  "$python" -c 'import json, sys
side, core, cell, threads = sys.argv[1:]
print(json.dumps({"side": side, "core": core, "model": cell, "threads": int(threads), "result": json.load(sys.stdin)}))' \
    "$@" >>"$results"
}

# round CORE CELL THREADS: dlt, then PyTorch.
round() {
  local core=$1 cell=$2 threads=$3 variables=()
  if [[ $core != default ]]; then variables=("OPENBLAS_CORETYPE=$core"); fi
  "$dlt" bench configs/bench/lstm-512.json --set "model.name=lm.$cell" \
    --threads "$threads" --steps "$steps" --tokens 0 --json | keep dlt "$@"
  env "${variables[@]}" "$python" scripts/compare/torch_lstm.py --cell "$cell" --threads "$threads" \
    --steps "$steps" | keep torch "$@"
}

mkdir -p build/compare
: >"$results"
for core in "${cores[@]}"; do
  for cell in "${cells[@]}"; do
    for threads in "${thread_counts[@]}"; do
      for ((i = 1; i <= rounds; i++)); do
        say "kernel $core, $cell, $threads threads, round $i of $rounds"
        round "$core" "$cell" "$threads"
      done
    done
  done
done
"$python" - "$results" <<'PYTHON'
import json, statistics, sys
rows = {}
for line in open(sys.argv[1]):
    run = json.loads(line)
    sides = rows.setdefault((run["core"], run["model"], run["threads"]), {"dlt": [], "torch": []})
    sides[run["side"]].append(run["result"])
def median(side, key):
    return statistics.median(run[key] for run in side)
print("| PyTorch's OpenBLAS kernel | model | threads | dlt tokens/s | PyTorch tokens/s | ratio | dlt peak MB | PyTorch peak MB |")
print("| --- | --- " + "| ---: " * 6 + "|")
for (core, model, threads), side in rows.items():
    speed = [median(side[s], "tokens_per_second") for s in ("dlt", "torch")]
    memory = [median(side[s], "peak_rss_bytes") / 1e6 for s in ("dlt", "torch")]
    print(f"| {core} | {model} | {threads} | {speed[0]:,.0f} | {speed[1]:,.0f} | {speed[0] / speed[1]:.2f} "
          f"| {memory[0]:,.0f} | {memory[1]:,.0f} |")
PYTHON
