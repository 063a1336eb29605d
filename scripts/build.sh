#!/usr/bin/env bash
# Installs what is missing and builds the `dlt` binary; its path is the last line of the output.
# scripts/build.sh [PRESET]: release (the default), dev, gradcheck, asan or tsan.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

preset=${1:-release}
grep -q "\"configurePreset\": \"$preset\"" CMakePresets.json ||
  die "unknown preset '$preset'; CMakePresets.json has: $(sed -n 's/.*"configurePreset": "\(.*\)".*/\1/p' CMakePresets.json | xargs)"
scripts/packages.sh
build_preset "$preset" dlt
echo "build/$preset/dlt"
