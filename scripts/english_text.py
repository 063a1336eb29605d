#!/usr/bin/env python3
"""Prose of five Debian packages as one text: a sentence a line, lower case, punctuation as words of its own.

    english_text.py GCIDE FOLDOC WORDNET ANARCHISM BIBLE > english.txt

GCIDE and FOLDOC are dict's .dict.dz files, WORDNET and ANARCHISM folders with data.* and *.html files, BIBLE the plain
text of the set `bible`. Marks of dictionaries (pronunciation, etymology, sources, dates, links) are left out."""
import gzip
import html.parser
import pathlib
import re
import sys


def entries(path):
    """Paragraphs of a dict file, each with whether its first line is a headword's."""
    text = gzip.open(path).read().decode("utf-8", "ignore")
    for paragraph in re.split(r"\n\s*\n", text):
        paragraph = re.sub(r"\n *\[(1913 Webster|WordNet|PJC|Webster|Century|AS|RP|\w+ \w*)[^\[\]\n]*\](?=\n|$)", "", paragraph)
        lines = paragraph.strip("\n").split("\n")
        yield " ".join(line.strip() for line in lines), not lines[0].startswith(" ")


def without_brackets(text):
    text = re.sub(r"\[(ae|oe|AE|OE)\]", r"\1", text)
    text = re.sub(r"\[[^\w\s\[\]]([A-Za-z])\]", r"\1", text)  # a letter with its accent: [=a]
    while (shorter := re.sub(r"\[[^\[\]]*\]", "", text)) != text:
        text = shorter
    return text


PART_OF_SPEECH = re.compile(r"^[\s;,.&]*((?:v|n|a|adv|t|i|pl|imp|p|pr|vb|prep|conj|interj|superl|comp|obs|pron)\.[\s;,.&]*)*")


def gcide(path):
    for paragraph, head in entries(path):
        text = without_brackets(paragraph)
        if head:
            if "\\" not in text:
                continue
            text = PART_OF_SPEECH.sub("", text.rsplit("\\", 1)[1])
        text = re.sub(r"\s--\s?[A-Z][^\s]*\.?(\s\([^)]*\)\.?|(\s[A-Z][\w.]*)*)\s*$", "", text)  # who wrote it
        text = re.sub(r"^\(?[0-9a-z]{1,2}[.)]\s+", "", text)  # 1. or (a)
        yield re.sub(r"[{}]|\([A-Z][a-z. ]*\.\)|\?(?=[a-z])", "", text)


def foldoc(path):
    for paragraph, head in entries(path):
        if head or re.match(r"\(\d{4}-\d\d", paragraph):
            continue
        yield re.sub(r"^<[^>]*>|[{}]|\(\{http[^)]*\)|https?://\S*", "", without_brackets(paragraph))


def wordnet(folder):
    for part in ("adj", "adv", "noun", "verb"):
        for line in (folder / f"data.{part}").read_text("utf-8").splitlines():
            if " | " in line:
                yield from re.split(r";\s+", line.split(" | ", 1)[1])


class Paragraphs(html.parser.HTMLParser):
    BLOCKS = {"p", "h1", "h2", "h3", "h4", "li", "ul", "ol", "div", "blockquote", "br", "title", "body", "table", "tr", "td", "pre"}

    def __init__(self):
        super().__init__()
        self.found, self.open = [], []

    def end_block(self, tag):
        if tag in self.BLOCKS:
            self.found.append(" ".join("".join(self.open).split()))
            self.open = []

    def handle_starttag(self, tag, attrs):
        self.end_block(tag)

    def handle_endtag(self, tag):
        self.end_block(tag)

    def handle_data(self, data):
        self.open.append(data)


def anarchism(folder):
    for path in sorted(folder.rglob("*.html*")):
        data = path.read_bytes()
        page = Paragraphs()
        page.feed((gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace"))
        yield from page.found


def bible(path):
    yield from path.read_text("utf-8").splitlines()


def sentences(paragraph):
    yield from re.split(r"(?<=[.!?])[\"')]*\s+(?=[\"'(]*[A-Z])", " ".join(paragraph.split()))


WORD = re.compile(r"[0-9]+(?:[.,][0-9]+)*|\w+(?:['\u2019-]\w+)*|[^\w\s]")


def main():
    gcide_path, foldoc_path, wordnet_path, anarchism_path, bible_path = map(pathlib.Path, sys.argv[1:])
    out = open(1, "w", encoding="utf-8", newline="\n", closefd=False)
    for source in (gcide(gcide_path), foldoc(foldoc_path), wordnet(wordnet_path), anarchism(anarchism_path), bible(bible_path)):
        for paragraph in source:
            for sentence in sentences(paragraph):
                words = WORD.findall(sentence.lower())
                if sum(word[0].isalpha() for word in words) >= 3:
                    print(*words, file=out)
    out.flush()


main()
