#!/usr/bin/env bash
# Installs ONNX Runtime for node into build/onnxruntime (about 250 MB), where the tests of exported
# models look for it. Needs node and npm (Debian: apt-get install nodejs npm).
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

version=1.30.0
folder=build/onnxruntime
command -v npm >/dev/null || die "npm is missing; as root, run: apt-get install nodejs npm"
mkdir -p "$folder"
cd "$folder"
[[ -f package.json ]] || echo '{"private": true}' >package.json
# Its install script would fetch the parts for other processors from elsewhere.
npm install --ignore-scripts --no-audit --no-fund "onnxruntime-node@$version" >&2
say "ONNX Runtime $version is in $folder"
