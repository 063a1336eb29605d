#!/usr/bin/env python3
"""gensim's side of embed.sh.

gensim_vectors.py train TEXT OUT skipgram|cbow DIM THREADS EPOCHS SEED LR   word2vec binary
gensim_vectors.py same DLT VECTORS FORMAT   the ten nearest of 200 words, by gensim and by dlt
"""
import json
import subprocess
import sys

from gensim.models import KeyedVectors, Word2Vec


def train(text, out, mode, dim, threads, epochs, seed, lr):
    model = Word2Vec(corpus_file=text, sg=int(mode == "skipgram"), vector_size=int(dim), workers=int(threads),
                     epochs=int(epochs), seed=int(seed), window=5, negative=5, sample=1e-3, min_count=5,
                     alpha=float(lr))
    model.wv.save_word2vec_format(out, binary=True)


def same(dlt, vectors, form):
    theirs = KeyedVectors.load_word2vec_format(vectors, binary=form == "word2vec-bin")
    words = [word for word in theirs.index_to_key if word.isalpha()][:2000:10]
    found = subprocess.run([dlt, "embed", "nearest", vectors, "--top", "10", "--json", *words], check=True,
                           capture_output=True, text=True).stdout
    tolerance, worst, other = 1e-5, 0.0, 0
    for word, line in zip(words, found.splitlines(), strict=True):
        expected = dict(theirs.most_similar(word, topn=12))
        for mine, cosine in zip(json.loads(line)["neighbours"], expected.values()):
            worst = max(worst, abs(cosine - mine["cosine"]))
            other += abs(expected.get(mine["word"], 2) - mine["cosine"]) > tolerance
    print(f"{form}, {len(theirs)} words: 10 neighbours of each of {len(words)} words, {other} others than gensim's, "
          f"cosines within {worst:.1e}")
    if other or worst > tolerance:
        sys.exit("gensim and dlt do not agree")


if __name__ == "__main__":
    {"train": train, "same": same}[sys.argv[1]](*sys.argv[2:])
