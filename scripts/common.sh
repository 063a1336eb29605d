# Shared by the scripts beside it: `source` it first. Goes to the repository's root and defines the
# few functions that more than one script needs.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '== %s\n' "$*" >&2; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Runs a command as root: directly, through a password-less or interactive sudo, or not at all.
can_be_root() { [[ $(id -u) == 0 ]] || command -v sudo >/dev/null; }
as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}
as_root_apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@"; }

# build_preset PRESET TARGET...: configures when needed, then builds with every core.
build_preset() {
  local preset=$1 ninja_file=build/$1/build.ninja
  shift
  if [[ ! -f $ninja_file || CMakePresets.json -nt $ninja_file ]]; then
    cmake --preset "$preset" >&2
  fi
  ninja -C "build/$preset" -j "$(nproc)" "$@" >&2
}
