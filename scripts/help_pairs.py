#!/usr/bin/env python3
"""Pairs of paragraphs of LibreOffice's help in two languages: {train,valid,test}.{en,zh} in the working directory.

    help_pairs.py HELP_EN/en-US/text HELP_ZH/zh-CN/text

Paragraphs are aligned by the name of their page and their id. Those that are not translated are left out: the Chinese
side must hold an ideograph and the English side none. Of an English text that comes more than once the first stays."""
import collections
import hashlib
import html.parser
import pathlib
import re
import sys

HELD_OUT = 500  # pairs to validate with, and as many to test with
ALIKE = 0.6  # two texts that share so much of their pairs of neighbouring words are near-equal
HAN = re.compile("[\u3400-\u9fff]")
ID = re.compile(r"(par|hd)_")
BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6"}


class Page(html.parser.HTMLParser):
    """The text of each paragraph by its id. Of words that depend on the program or the system it takes one wording."""

    def __init__(self, path):
        super().__init__()
        self.found, self.id = {}, None
        self.spans = []  # of the paragraph: what was written before each, and whether it chooses between its children
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        kind = values.get("class") or ""
        if tag in BLOCKS:
            self.id = values.get("id") or ""
            self.written, self.spans = "", []
        elif tag == "br" and self.id is not None:
            self.written += " "
        elif tag == "span" and self.id is not None:
            self.spans.append([self.written, kind, []])
            self.written = ""

    def handle_data(self, data):
        if self.id is not None:
            self.written += data

    def handle_endtag(self, tag):
        if tag == "span" and self.id is not None and self.spans:
            before, kind, wordings = self.spans.pop()
            if kind == "switchinline":
                wordings.sort(key=lambda wording: wording[0] != "")  # the default one has no class
                self.written = before + (wordings[0][1] if wordings else self.written)
            elif self.spans and self.spans[-1][1] == "switchinline":
                self.spans[-1][2].append((kind, self.written))
                self.written = before
            else:
                self.written = before + self.written
        elif tag in BLOCKS and self.id is not None:
            text = " ".join(self.written.split())
            if ID.match(self.id) and text:
                self.found.setdefault(self.id, text)
            self.id = None


def pairs(english, chinese):
    for path in sorted(english.rglob("*.html"), key=lambda p: p.relative_to(english).as_posix()):
        other = chinese / path.relative_to(english)
        if other.is_file():
            translated = Page(other).found
            for id, text in Page(path).found.items():
                if id in translated:
                    yield text, translated[id]


def letters(text):
    """A text without capitals, digits, punctuation and spaces: equal for texts that differ in these alone."""
    return "".join(c for c in text.lower() if c.isalpha()) or text


def usable(english, chinese):
    return HAN.search(chinese) and not HAN.search(english) and re.search("[A-Za-z]{2}", english)


def runs(text):
    """The neighbours in a text: words of English, characters of Chinese."""
    units = re.findall(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+", text.lower())
    return frozenset(zip(units, units[1:])) or frozenset(units)


def components(keys):
    """Joins pairs that share a key on either side; the number of its component for each."""
    parent = list(range(len(keys)))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first = {}
    for i, both in enumerate(keys):
        for key in both:
            parent[root(i)] = root(first.setdefault(key, i))
    return [root(i) for i in range(len(keys))]


def near_equal(held, others):
    """Which of `others`, lists of runs, are near-equal to one of `held`."""
    index = collections.defaultdict(list)
    for i, own in enumerate(held):
        for run in own:
            index[run].append(i)
    found = set()
    for i, own in enumerate(others):
        common = collections.Counter(h for run in own for h in index[run])
        if any(n >= ALIKE * (len(own) + len(held[h]) - n) for h, n in common.items()):
            found.add(i)
    return found


def split(all_pairs):
    """The numbers of the pairs in test, valid and train. Components stay whole and come in the order of the hash of
    their smallest English text; what is near-equal to a pair of one part is in no later one."""
    groups = collections.defaultdict(list)
    keys = [(("en", letters(english)), ("zh", letters(chinese))) for english, chinese in all_pairs]
    for i, component in enumerate(components(keys)):
        groups[component].append(i)
    left = sorted(groups.values(), key=lambda g: hashlib.sha256(min(all_pairs[i][0] for i in g).encode()).digest())
    parts = {}
    for name in ("test", "valid"):
        parts[name], rest = [], []
        for group in left:
            fits = len(parts[name]) + len(group) <= HELD_OUT
            (parts[name] if fits else rest).extend(group if fits else [group])
        near = set()
        for side in (0, 1):
            sets = [[runs(all_pairs[i][side]) for i in numbers] for numbers in (parts[name], sum(rest, []))]
            near |= near_equal(*sets)
        numbered = enumerate(sum(rest, []))
        gone = {i for n, i in numbered if n in near}
        left = [g for g in ([i for i in group if i not in gone] for group in rest) if g]
    parts["train"] = sum(left, [])
    return parts


def main():
    kept = {}
    for english, chinese in pairs(*map(pathlib.Path, sys.argv[1:])):
        if usable(english, chinese):
            kept.setdefault(english, chinese)
    all_pairs = list(kept.items())
    for name, numbers in split(all_pairs).items():
        for side, language in enumerate(("en", "zh")):
            with open(f"{name}.{language}", "w", encoding="utf-8", newline="\n") as out:
                out.writelines(all_pairs[i][side] + "\n" for i in sorted(numbers))


main()
