#!/usr/bin/env bash
# The Transformer beside the networks that it replaced and Mamba: language models of 0.83 million
# parameters (configs/recurrent) on the King James text, trained alike. Prints a Markdown table: held-out loss,
# training speed, peak memory of training; draws build/compare/recurrent/gradflow.svg: how far back
# the loss of a token reaches. Some minutes; runs that are there already are not trained again.
#
#   THREADS=2   STEPS=600 training steps   MODELS="transformer lstm gru rnn mamba"
#   MINUTES=10  that each model is trained for, as measured before, in place of STEPS
#   SETS="model.context=256 train.batch=8"  changes of all configs
#   DLT=build/release/dlt  the program; built if it is not given
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

threads=${THREADS:-$(nproc)}
steps=${STEPS:-600}
minutes=${MINUTES:-0}
read -ra models <<<"${MODELS:-transformer lstm gru rnn mamba}"
read -ra assignments <<<"${SETS:-}"
sets=()
for assignment in "${assignments[@]}"; do sets+=(--set "$assignment"); done
folder=build/compare/recurrent
dlt=("${DLT:-$(scripts/build.sh | tail -n 1)}" --threads "$threads")

[[ -f data/raw/bible.txt ]] || scripts/get_data.sh bible
mkdir -p "$folder"
runs=()
for model in "${models[@]}"; do
  config=configs/recurrent/$model.json run=$folder/$model
  runs+=("$run")
  say "$model"
  "${dlt[@]}" bench "$config" "${sets[@]}" --steps 20 --tokens 100 --json >"$folder/$model.bench.json"
  if [[ ! -d $run ]]; then
    [[ $minutes == 0 ]] || steps=$(python3 -c 'import json, sys
print(int(float(sys.argv[2]) * 60 / json.load(open(sys.argv[1]))["step_seconds"]))' \
      "$folder/$model.bench.json" "$minutes")
    "${dlt[@]}" train "$config" "${sets[@]}" --set "train.steps=$steps" --out "$run" >&2
  fi
  "${dlt[@]}" eval "$run" --json >"$folder/$model.eval.json"
done
"${dlt[@]}" gradflow "${runs[@]}" -o "$folder/gradflow.svg" >"$folder/gradflow.txt"

python3 - "$folder" "${models[@]}" <<'PYTHON'
import json, sys
folder, models = sys.argv[1], sys.argv[2:]
print("| model | parameters | held-out loss | bits per byte | training tokens/s | generated tokens/s | peak MB |")
print("| --- " + "| ---: " * 6 + "|")
for model in models:
    bench = json.load(open(f"{folder}/{model}.bench.json"))
    held_out = json.load(open(f"{folder}/{model}.eval.json"))
    print(f"| {model} | {bench['parameters']:,} | {held_out['loss']:.3f} | {held_out['bits_per_byte']:.3f} "
          f"| {bench['tokens_per_second']:,.0f} | {bench['generated_tokens_per_second']:,.0f} "
          f"| {bench['peak_rss_bytes'] / 1e6:,.0f} |")
PYTHON
echo
cat "$folder/gradflow.txt"
