#!/usr/bin/env bash
# dlt against PyTorch: one training step of the same GPT (6 layers x 384, 6 heads, context 256, batch
# 8), in turn, on this machine. Prints a Markdown table of medians; every run is kept in
# build/compare/speed.jsonl. An idle machine and about 20 minutes give figures worth keeping.
#
#   ROUNDS=3  runs of each side per row        THREADS="1 2"   VOCABS="256 8192"
#   STEPS=10  timed steps of a run             CORES="default best": see below
#   CONFIG=configs/bench/gpt-%s.json           %s is the vocabulary
#   PYTHON=/usr/bin/python3                    one that has torch
#
# First with OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE unset for both sides, then once more with the
# kernel that is fastest for PyTorch's OpenBLAS on this CPU; dlt's runs are the same in both.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

rounds=${ROUNDS:-3}
steps=${STEPS:-10}
read -ra cores <<<"${CORES:-default best}"
read -ra thread_counts <<<"${THREADS:-1 2}"
read -ra vocabs <<<"${VOCABS:-256 8192}"
config=${CONFIG:-configs/bench/gpt-%s.json}
python=${PYTHON:-/usr/bin/python3}
results=build/compare/speed.jsonl
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

config_of() { printf '%s' "${config/\%s/$1}"; }
for vocab in "${vocabs[@]}"; do
  [[ -f $(config_of "$vocab") ]] || die "no $(config_of "$vocab"); set CONFIG to a pattern with %s for the vocabulary"
done
"$python" -c 'import torch' 2>/dev/null ||
  die "$python has no torch; run scripts/packages.sh python3-torch, or set PYTHON"

# The OpenBLAS kernel with the fastest sgemm of 1024^3 on one thread: "GFLOP/s kernel" lines, best first.
best_core() {
  for core in SkylakeX Cooperlake Haswell Zen; do
    OPENBLAS_CORETYPE=$core OPENBLAS_NUM_THREADS=1 "$python" - "$core" <<'PYTHON'
import sys, time, torch
x, best = torch.randn(1024, 1024), 1e9
for _ in range(12):
    start = time.perf_counter()
    torch.mm(x, x)
    best = min(best, time.perf_counter() - start)
print(f"{2 * 1024 ** 3 / best / 1e9:.1f} {sys.argv[1]}")
PYTHON
  done 2>/dev/null | sort -rn | tee build/compare/cores.txt | head -n 1 | cut -d ' ' -f 2
}

# keep SIDE CORE VOCAB THREADS JSON: one line of the results file.
keep() {
  "$python" -c 'import json, sys
side, core, vocab, threads = sys.argv[1:]
print(json.dumps({"side": side, "core": core, "vocab": int(vocab), "threads": int(threads), "result": json.load(sys.stdin)}))' \
    "$@" >>"$results"
}

# round CORE VOCAB THREADS: dlt, then PyTorch. CORE is `default`, or a kernel for PyTorch.
round() {
  local core=$1 vocab=$2 threads=$3 variables=()
  if [[ $core != default ]]; then variables=("OPENBLAS_CORETYPE=$core"); fi
  build/release/dlt bench "$(config_of "$vocab")" --threads "$threads" --steps "$steps" --json | keep dlt "$@"
  env "${variables[@]}" "$python" scripts/compare/torch_gpt.py --vocab "$vocab" --threads "$threads" --steps "$steps" | keep torch "$@"
}

scripts/build.sh >/dev/null
mkdir -p build/compare
: >"$results"
for core in "${cores[@]}"; do
  if [[ $core == best ]]; then
    core=$(best_core)
    say "PyTorch's fastest OpenBLAS kernel here: $core"
  fi
  for vocab in "${vocabs[@]}"; do
    for threads in "${thread_counts[@]}"; do
      for ((i = 1; i <= rounds; i++)); do
        say "kernel $core, vocabulary $vocab, $threads threads, round $i of $rounds"
        round "$core" "$vocab" "$threads"
      done
    done
  done
done
"$python" scripts/compare/speed_table.py "$results"
