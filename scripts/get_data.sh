#!/usr/bin/env bash
# Fetches real data by name: text into data/raw/NAME.txt (plain UTF-8, a blank line between pieces),
# other sets into the folder data/raw/NAME.
#   scripts/get_data.sh [NAME]...    every set when no name is given
# A new set is one function `make_NAME`, which writes the text to stdout, or the files of its folder
# into the working directory, and a line for each file in data.sha256.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cache=$PWD/.cache/debian
checksums=scripts/data.sha256
names=(bible fortunes-zh fashion-mnist)

# The King James Version, one verse a line. The package keeps it compressed in a format of its own,
# which its program `bible` prints as "Ge1:1 In the beginning": a new "Ge1" begins a chapter.
make_bible() {
  local text program
  text=$(package_root bible-kjv-text usr/lib/bible.data)
  program=$(package_root bible-kjv usr/bin/bible)
  with_readline "${program%/}/usr/bin/bible" -p "${text%/}/usr/lib" -f 'gen1:1-rev22:21' |
    LC_ALL=C awk '{
      chapter = $1; sub(/:.*/, "", chapter)
      if (NR > 1 && chapter != last) print ""
      last = chapter; sub(/^[^ ]+ /, ""); print
    }'
}

# Chinese proverbs, quotations, classics and poems: colour codes and trailing blanks go, and the
# line `%` between two pieces becomes one blank line.
make_fortunes_zh() {
  local root
  root=$(package_root fortunes-zh usr/share/games/fortunes/chinese)
  for file in chinese song100 tang300; do
    LC_ALL=C sed -E -e 's/\x1b\[[0-9;]*m?//g' -e 's/[ \t]+$//' -e 's/^%$//' \
      "${root%/}/usr/share/games/fortunes/$file"
    echo
  done | LC_ALL=C awk 'NF { if (gap && seen) print ""; print; seen = 1 } { gap = !NF }'
}

# Pictures of clothes in ten classes, 28 x 28, 60,000 to train on and 10,000 to test with: the
# package's four files as they are.
make_fashion_mnist() {
  local root folder=usr/share/datasets/fashion-mnist
  root=$(package_root dataset-fashion-mnist "$folder/train-images-idx3-ubyte.gz")
  cp "${root%/}/$folder/"*.gz .
}

# package_root PACKAGE FILE: the folder under which the package's FILE lies: / where the package is
# installed, else a folder of the cache, filled on first use. Nothing is installed.
package_root() {
  local package=$1 file=$2 root=$cache/$1
  if [[ -e $root/$file ]]; then
    echo "$root"
  elif [[ -e /$file ]]; then
    echo /
  else
    unpack "$package" "$root"
    [[ -e $root/$file ]] || die "the package $package has no $file in it"
    echo "$root"
  fi
}

# unpack PACKAGE FOLDER: downloads with the package lists at hand, else with fresh ones.
unpack() {
  local work
  command -v apt-get >/dev/null || die "needs Debian's apt-get to fetch $1"
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/tmp.XXXXXX")
  say "fetching the Debian package $1"
  if ! download "$1" "$work"; then
    can_be_root || die "cannot fetch $1; as root, run: apt-get update, then try again"
    as_root_apt update >&2
    download "$1" "$work" || die "cannot fetch the Debian package $1; is there a network?"
  fi
  mkdir "$work/root"
  dpkg-deb -x "$work"/*.deb "$work/root"
  rm -rf "$2"
  mv "$work/root" "$2"
  rm -rf "$work"
}
download() { (cd "$2" && apt-get -qq -o APT::Sandbox::User=root download "$1" >/dev/null 2>&1); }

# `bible` links to readline, which a small Debian may lack: then a copy from the cache serves.
with_readline() {
  local library
  if ldd "$1" | grep -q 'libreadline.*not found'; then
    [[ -d $cache/libreadline8 ]] || unpack libreadline8 "$cache/libreadline8"
    library=$(find "$cache/libreadline8" -name 'libreadline.so.8' -printf '%h' -quit)
    LD_LIBRARY_PATH=$library "$@"
  else
    "$@"
  fi
}

sha256_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# The lines of data.sha256 for one set.
checksums_of() { awk -v set="data/raw/$1" '$2 == set ".txt" || index($2, set "/") == 1' "$checksums"; }

is_whole() { sha256sum --status --check - <<<"$1" 2>/dev/null; }

# get NAME: makes the set under another name and moves it only when every checksum is right.
get() {
  local name=$1 wanted path expected actual
  [[ " ${names[*]} " == *" $name "* ]] || die "unknown data set '$name'; known: ${names[*]}"
  wanted=$(checksums_of "$name")
  [[ -n $wanted ]] || die "$checksums has no line for $name"
  if ! is_whole "$wanted"; then
    rm -rf "data/raw/$name.part" "data/raw/$name.txt.part"
    mkdir -p data/raw
    if [[ $wanted == *"  data/raw/$name.txt" ]]; then
      "make_${name//-/_}" >"data/raw/$name.txt.part"
    else
      mkdir "data/raw/$name.part"
      (cd "data/raw/$name.part" && "make_${name//-/_}")
    fi
    while read -r expected path; do
      local made=${path/data\/raw\/$name/data/raw/$name.part}
      [[ $path == *.txt ]] && made=$path.part
      actual=$(sha256_of "$made")
      [[ $actual == "$expected" ]] ||
        die "$made has sha256 $actual, but $checksums says $expected: the package differs from Debian 12's"
    done <<<"$wanted"
    if [[ -e data/raw/$name.txt.part ]]; then
      mv "data/raw/$name.txt.part" "data/raw/$name.txt"
    else
      rm -rf "data/raw/$name"
      mv "data/raw/$name.part" "data/raw/$name"
    fi
  fi
  while read -r expected path; do
    printf '%s  %d bytes  sha256 %s\n' "$path" "$(stat -c %s "$path")" "$expected"
  done <<<"$wanted"
}

for name in "${@:-${names[@]}}"; do get "$name"; done
