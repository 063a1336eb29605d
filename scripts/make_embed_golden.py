#!/usr/bin/env python3
"""Makes tests/golden/embed: word vectors and what gensim 4.2, scipy 1.10 and fastText 0.9.2 say about them.

Needs Debian's python3-gensim and fasttext. The fastText model is trained by one thread: the same bytes again."""
import json
import logging
import pathlib
import random
import struct
import subprocess
import tempfile

import numpy
from gensim.models import KeyedVectors
from scipy.stats import pearsonr, spearmanr

logging.disable(logging.CRITICAL)
root = pathlib.Path(__file__).resolve().parent.parent
out = root / "tests" / "golden" / "embed"
draw = random.Random(5)

PAIRS = [("king", "queen"), ("man", "woman"), ("uncle", "aunt"), ("actor", "actress"), ("prince", "princess"),
         ("walk", "walked"), ("jump", "jumped"), ("look", "looked"), ("talk", "talked"), ("work", "worked")]


def vectors():
    """Pairs that differ by nearly the same step, and words that only resemble others."""
    table = {}
    for first, second in PAIRS:
        step = [1, 0.2, -0.4, 0, 0.3, 0] if PAIRS.index((first, second)) < 5 else [0, -0.5, 0.2, 0.9, 0, -0.6]
        base = [draw.gauss(0, 1) for _ in range(6)]
        table[first] = base
        table[second] = [b + s + draw.gauss(0, 0.45) for b, s in zip(base, step)]
    table["King"] = [x + draw.gauss(0, 0.2) for x in table["king"]]
    table["Été"] = [draw.gauss(0, 1) for _ in range(6)]
    for i in range(18):
        table[f"other{i}"] = [draw.gauss(0, 1) for _ in range(6)]
    return table


def questions(half):
    pairs = PAIRS[:5] if half == 0 else PAIRS[5:]
    for a, b in pairs:
        for c, d in pairs:
            if a != c:
                yield f"{a.capitalize()} {b} {c} {d}"
    yield f"{pairs[0][0]} {pairs[0][1]} nowhere somewhere"


def main():
    out.mkdir(parents=True, exist_ok=True)
    table = vectors()
    lines = [f"{len(table)} 6"] + [w + " " + " ".join(str(numpy.float32(x)) for x in v) + " " for w, v in table.items()]
    (out / "vectors.txt").write_text("\n".join(lines) + "\n")
    asked = ": family\n" + "\n".join(questions(0)) + "\n: past\n" + "\n".join(questions(1)) + "\n"
    (out / "questions.txt").write_text(asked)
    words = list(table)
    chosen = sorted({tuple(sorted(draw.sample(words, 2))) for _ in range(40)})
    pairs = [(a, b, round(draw.uniform(0, 10))) for a, b in chosen]
    pairs += [("King", "été", 3), ("nobody", "king", 1)]
    (out / "pairs.tsv").write_text("# made up\n" + "".join(f"{a}\t{b}\t{s}\n" for a, b, s in pairs))

    kv = KeyedVectors.load_word2vec_format(str(out / "vectors.txt"))
    kv.save_word2vec_format(str(out / "gensim.bin"), binary=True)
    expected = {"nearest": {w: kv.most_similar(w, topn=5) for w in ("king", "Été", "walked")}}
    expected["sum"] = kv.most_similar(positive=["king", "woman"], negative=["man"], topn=5)
    expected["analogy"] = {s["section"]: [len(s["correct"]), len(s["correct"]) + len(s["incorrect"])]
                           for s in kv.evaluate_word_analogies(str(out / "questions.txt"))[1]}
    both = kv.evaluate_word_pairs(str(out / "pairs.tsv"))
    expected["pearson"], expected["spearman"] = both[0][0], both[1][0]
    zero = kv.evaluate_word_pairs(str(out / "pairs.tsv"), dummy4unknown=True)
    expected["pearson_zero"], expected["spearman_zero"] = zero[0][0], zero[1][0]
    x, y = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3], [2, 7, 1, 8, 2, 8, 1, 8, 2, 8]
    expected["scipy"] = {"x": x, "y": y, "spearman": spearmanr(x, y)[0], "pearson": pearsonr(x, y)[0]}
    (out / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")

    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / "text"
        text.write_text("the cat sat on the mat 一路 été\nthe dog sat on the 一路 café\n" * 40)
        subprocess.run(["fasttext", "skipgram", "-input", text, "-output", f"{folder}/ft", "-dim", "4", "-bucket", "60",
                        "-minn", "2", "-maxn", "3", "-thread", "1", "-epoch", "20", "-lr", "0.3", "-minCount", "1"],
                       check=True, capture_output=True)
        for name in ("ft.bin", "ft.vec"):
            (out / name).write_bytes((pathlib.Path(folder) / name).read_bytes())


main()
