#!/usr/bin/env python3
"""Modern Chinese: a paragraph a line, out of manual pages, help pages, a reference and quotations.

    chinese_text.py MAN LIBREOFFICE REFERENCE FORTUNES > chinese.txt

MAN is the folder man/zh_CN of manpages-zh, LIBREOFFICE that of libreoffice-help-zh-cn's pages, REFERENCE that of
debian-reference-zh-cn, FORTUNES the text of the set fortunes-zh. Lines with less than a quarter of Chinese characters are left
out, so are repeated ones."""
import gzip
import html
import pathlib
import re
import sys

HAN = re.compile(r"[\u4e00-\u9fff]")
BLOCK = re.compile(r"</?(?:p|div|h\d|li|td|th|tr|table|ul|ol|br|dt|dd|pre|title|section)\b[^>]*>", re.IGNORECASE)
UNSEEN = re.compile(r"<(script|style)\b.*?</\1>", re.IGNORECASE | re.DOTALL)


def files(folder, pattern):
    return sorted(pathlib.Path(folder).glob(pattern))


def manual(text):
    """Paragraphs of troff: a line of a macro or an empty one ends them, escapes go."""
    text = re.sub(r'^[.\'].*$', "", text, flags=re.MULTILINE)
    text = re.sub(r"\\f(?:\[[^\]]*\]|\(..|.)|\\s[+-]?\d+|\\[&|^/,]", "", text)
    text = re.sub(r"\\\(..|\\\*?\[[^\]]*\]", " ", text)
    return re.split(r"\n\s*\n", text.replace("\\-", "-").replace("\\", ""))


def page(text):
    text = BLOCK.sub("\n\n", UNSEEN.sub("", text))
    return re.split(r"\n\s*\n", html.unescape(re.sub(r"<[^>]*>", "", text)))


def paragraphs(man, libreoffice, reference, fortunes):
    for file in files(man, "man*/*.gz"):
        yield from manual(gzip.open(file, "rt", encoding="utf-8", errors="ignore").read())
    for file in files(libreoffice, "**/*.html") + files(reference, "*.zh-cn.html"):
        yield from page(file.read_text(encoding="utf-8", errors="ignore"))
    yield from re.split(r"\n\s*\n", pathlib.Path(fortunes).read_text(encoding="utf-8"))


def joined(paragraph):
    """In one line; no blank where a line of Chinese was broken."""
    line = " ".join(paragraph.split())
    return re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])", "", line)


def main():
    out = open(1, "w", encoding="utf-8", newline="\n", closefd=False)
    seen = set()
    for paragraph in paragraphs(*sys.argv[1:]):
        line = joined(paragraph)
        if 4 * len(HAN.findall(line)) > len(line) and line not in seen:
            seen.add(line)
            print(line, file=out)
    out.flush()


main()
