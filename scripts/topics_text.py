#!/usr/bin/env python3
"""Definitions of FOLDOC with their topics: lines of topic<TAB>text, lower case, punctuation split off.

    topics_text.py FOLDOC > topics.txt

FOLDOC is dict's foldoc.dict.dz. An entry names its topic, as in "<networking> A protocol ...". Topics with fewer than
100 entries are left out, and so are definitions of fewer than five words."""
import collections
import gzip
import re
import sys

WORD = re.compile(r"[0-9]+(?:[.,][0-9]+)*|\w+(?:['\u2019-]\w+)*|[^\w\s]")
ENTRY = re.compile(r"\s*(?:\d+\.\s+)?<([^<>]+)>\s+(.*)", re.DOTALL)


def entries(text):
    for paragraph in re.split(r"\n\s*\n", text):
        if found := ENTRY.match(paragraph):
            topic = " ".join(found[1].split())
            plain = re.sub(r"[{}]|\(\{http[^)]*\)|https?://\S*|\[[^\[\]]*\]", "", found[2])
            words = WORD.findall(plain.lower())
            if sum(word[0].isalpha() for word in words) >= 5:
                yield topic, " ".join(words)


def main():
    found = list(entries(gzip.open(sys.argv[1]).read().decode("utf-8", "ignore")))
    sizes = collections.Counter(topic for topic, _ in found)
    out = open(1, "w", encoding="utf-8", newline="\n", closefd=False)
    for topic, text in found:
        if sizes[topic] >= 100:
            print(topic, text, sep="\t", file=out)
    out.flush()


main()
