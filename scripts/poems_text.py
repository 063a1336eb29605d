#!/usr/bin/env python3
"""Poems of the Tang dynasty, a verse a line.

    poems_text.py FOLDER > poems.txt

FOLDER is dist/quantangshi of the npm package chinese-poetry, whose files poet.tang.N.json are taken in the order of N.
Remarks in brackets and lines with characters that are missing in the sources are left out."""
import json
import pathlib
import re
import sys

VERSE = re.compile(r"[^。！？；]*[。！？；]")


def main():
    out = open(1, "w", encoding="utf-8", newline="\n", closefd=False)
    files = pathlib.Path(sys.argv[1]).glob("poet.tang.*.json")
    for file in sorted(files, key=lambda f: int(f.name.split(".")[2])):
        for poem in json.loads(file.read_text(encoding="utf-8")):
            text = "".join(poem["paragraphs"])
            text = re.sub(r"[（(〖\[{][^）)〗\]}]*[）)〗\]}]", "", text)
            for verse in VERSE.findall(text):
                if not re.search(r"[□■\ufffd\x00-\x7f]", verse):
                    print(verse, file=out)
    out.flush()


main()
