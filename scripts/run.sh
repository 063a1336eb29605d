#!/usr/bin/env bash
# The tour: builds dlt, fetches real text, trains a Transformer on the King James Version, measures it
# and lets it write. Run again, it goes on with a run that was stopped, or measures a finished one.
#   OVERWRITE=1 scripts/run.sh    trains from the beginning again
#   THREADS=N                     threads to train with; every core when unset
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

config=configs/bible.json
run=runs/bible
threads=${THREADS:-$(nproc)}

dlt=$(scripts/build.sh | tail -n 1)
scripts/get_data.sh bible fortunes-zh >&2

# The newest checkpoint's step, and the step at which the run's own config ends; 0 where there is none.
reached=$(find "$run/checkpoints" -maxdepth 1 -name 'step-*' -printf '%f\n' 2>/dev/null | sort | tail -n 1 || true)
reached=$((10#0${reached#step-}))
wanted=$(grep -oE '"steps": *[0-9]+' "$run/config.json" 2>/dev/null | grep -oE '[0-9]+$' | head -n 1 || true)

train() {
  say "dlt train $config --out $run $*"
  "$dlt" train "$config" --out "$run" --threads "$threads" "$@"
}
if [[ ! -e $run ]]; then
  train
elif [[ ${OVERWRITE:-0} == 1 || -z $(find "$run" -name '*.safetensors' -print -quit) ]]; then
  train --overwrite
elif ((reached < ${wanted:-0})); then
  say "$run stopped at step $reached of $wanted: going on from there (OVERWRITE=1 begins again)"
  train --resume
else
  say "$run is finished, after $reached steps: measuring it again (OVERWRITE=1 trains it again)"
fi

say "dlt eval $run"
"$dlt" eval "$run"
say "dlt generate $run --prompt 'In the beginning' --tokens 300 --temperature 0.7"
"$dlt" generate "$run" --prompt "In the beginning" --tokens 300 --temperature 0.7
