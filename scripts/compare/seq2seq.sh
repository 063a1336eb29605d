#!/usr/bin/env bash
# dlt against PyTorch: one training step of the same encoder-decoder Transformer (3 + 3 layers x 256,
# 4 heads, hidden 1024, vocabulary 8000, batches of 4,096 source and target tokens), in turn, on this
# machine. Prints a Markdown table of medians; every run is kept in build/compare/seq2seq.jsonl. An
# idle machine and some 5 minutes give figures worth keeping.
#
#   ROUNDS=3  runs of each side per row        THREADS="1 2"
#   STEPS=10  timed steps of a run             CORES="default SkylakeX": OpenBLAS kernels for PyTorch
#   PYTHON=/usr/bin/python3                    one that has torch
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

rounds=${ROUNDS:-3}
steps=${STEPS:-10}
read -ra thread_counts <<<"${THREADS:-1 2}"
read -ra cores <<<"${CORES:-default SkylakeX}"
python=${PYTHON:-/usr/bin/python3}
results=build/compare/seq2seq.jsonl
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
"$python" -c 'import torch' 2>/dev/null ||
  die "$python has no torch; run scripts/packages.sh python3-torch, or set PYTHON"

# keep SIDE CORE THREADS: one line of the results file.
keep() {
  "$python" -c 'import json, sys
side, core, threads = sys.argv[1:]
print(json.dumps({"side": side, "core": core, "vocab": 8000, "threads": int(threads), "result": json.load(sys.stdin)}))' \
    "$@" >>"$results"
}

scripts/build.sh >/dev/null
mkdir -p build/compare
: >"$results"
for core in "${cores[@]}"; do
  variables=()
  if [[ $core != default ]]; then variables=("OPENBLAS_CORETYPE=$core"); fi
  for threads in "${thread_counts[@]}"; do
    for ((i = 1; i <= rounds; i++)); do
      say "kernel $core, $threads threads, round $i of $rounds"
      build/release/dlt bench configs/bench/seq2seq.json --threads "$threads" --steps "$steps" --json |
        keep dlt "$core" "$threads"
      env "${variables[@]}" "$python" scripts/compare/torch_seq2seq.py --threads "$threads" --steps "$steps" |
        keep torch "$core" "$threads"
    done
  done
done
"$python" scripts/compare/speed_table.py "$results"
