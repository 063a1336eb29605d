#!/usr/bin/env bash
# dlt against PyTorch: convolutions forward, backward and both, in turn, on this machine. Prints a
# Markdown table; every figure is kept in build/compare/conv.jsonl. Some five minutes.
#
#   ROUNDS=5      runs of each side for each layer   THREADS=1
#   SECONDS_EACH=0.3  of every call in a run         LAYERS="1x1 depthwise 3x3"
#   CORES=SkylakeX    OPENBLAS_CORETYPE for PyTorch: OpenBLAS 0.3.21 knows no CPU newer than itself
#                     and falls back to a slow kernel; "default" leaves it alone
#   PYTHON=/usr/bin/python3  one that has torch
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

rounds=${ROUNDS:-5}
threads=${THREADS:-1}
seconds=${SECONDS_EACH:-0.3}
core=${CORES:-SkylakeX}
read -ra layers <<<"${LAYERS:-1x1 depthwise 3x3}"
python=${PYTHON:-/usr/bin/python3}
results=build/compare/conv.jsonl
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
variables=()
if [[ $core != default ]]; then variables=("OPENBLAS_CORETYPE=$core"); fi

"$python" -c 'import torch' 2>/dev/null ||
  die "$python has no torch; run scripts/packages.sh python3-torch, or set PYTHON"
cmake --preset release >/dev/null
cmake --build build/release --target dlt_kernel_bench >/dev/null
mkdir -p build/compare
: >"$results"
for ((i = 1; i <= rounds; i++)); do
  for layer in "${layers[@]}"; do
    say "round $i of $rounds: $layer"
    build/release/dlt_kernel_bench --threads "$threads" --seconds "$seconds" "$layer" | sed 's/^{/{"side": "dlt", /' >>"$results"
    env "${variables[@]}" "$python" scripts/compare/torch_conv.py --threads "$threads" --seconds "$seconds" "$layer" |
      sed 's/^{/{"side": "torch", /' >>"$results"
  done
done
"$python" scripts/compare/conv_table.py "$results"
