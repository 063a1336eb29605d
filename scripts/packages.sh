#!/usr/bin/env bash
# Installs the Debian packages that building and testing need, only those that are missing.
# With names as arguments, makes sure of those instead: scripts/packages.sh python3-torch
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

needed=(cmake ninja-build g++ pkg-config libcli11-dev nlohmann-json3-dev libopenblas-dev libfmt-dev
  catch2 libhwy-dev libkissfft-dev libmuparser-dev libutf8proc-dev zlib1g-dev libpng-dev libjpeg62-turbo-dev
  python3)
wished=(ccache mold)  # faster builds; their absence stops nothing
if (($#)); then needed=("$@") wished=(); fi

# missing NAME...: prints the names that are not installed, with one question to dpkg. A package
# that another provides (pkgconf for pkg-config) counts as installed.
missing() {
  local installed name
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' |
    sed -n 's/^installed //p' | sed 's/([^)]*)//g' | tr -s ', ' '\n')
  for name in "$@"; do
    grep -qxF "$name" <<<"$installed" || printf '%s\n' "$name"
  done
}

if ! command -v dpkg-query >/dev/null; then
  say "not a Debian system: assuming these are installed: ${needed[*]}"
  exit 0
fi
mapfile -t absent < <(missing "${needed[@]}")
mapfile -t slower < <(missing "${wished[@]}")
if ((${#absent[@]} + ${#slower[@]} == 0)); then exit 0; fi
if ! can_be_root; then
  ((${#absent[@]} == 0)) && exit 0
  die "packages are missing and this user cannot install them; as root, run: apt-get install ${absent[*]}"
fi

say "installing ${absent[*]} ${slower[*]}"
as_root_apt update >&2
if ((${#absent[@]})); then as_root_apt install -y --no-install-recommends "${absent[@]}" >&2; fi
for name in "${slower[@]}"; do
  as_root_apt install -y --no-install-recommends "$name" >&2 || say "going on without $name"
done
