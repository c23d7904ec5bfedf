"""What the matcher is compared with, given the same phrases: words alone (BM25) and the teacher itself (MiniLM cosine)."""

import collections
import math
import re

import numpy as np
import scipy.sparse as sparse

import corpus


def words(text):
    return re.findall(r"[a-z0-9]+", text.lower())


def bm25(phrases, queries, k1=1.2, b=0.75):
    """A score for each query and phrase."""
    documents = [collections.Counter(words(phrase)) for phrase in phrases]
    lengths = np.array([sum(document.values()) for document in documents])
    found_in = collections.Counter(word for document in documents for word in document)
    column = {word: at for at, word in enumerate(found_in)}
    rows, columns, values = [], [], []
    for at, document in enumerate(documents):
        for word, count in document.items():
            rarity = math.log(1 + (len(documents) - found_in[word] + 0.5) / (found_in[word] + 0.5))
            rows.append(at)
            columns.append(column[word])
            values.append(rarity * count * (k1 + 1) / (count + k1 * (1 - b + b * lengths[at] / lengths.mean())))
    table = sparse.csr_matrix((values, (rows, columns)), (len(documents), len(column)))
    asked = [(at, column[word]) for at, query in enumerate(queries) for word in words(query) if word in column]
    rows, columns = zip(*asked) if asked else ((), ())
    return (sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), (len(queries), len(column))) @ table.T).toarray()


def minilm(teacher, phrases, queries):
    return teacher.encode(queries) @ teacher.encode([corpus.plain(phrase) for phrase in phrases]).T


def answers(index, queries, scores):
    """[(query, [(command, [score, gap])])], best first, a command by its best phrase: the form that `fit.ask` has."""
    owner = np.array([command for command, _ in index])
    made = []
    for query, row in zip(queries, scores):
        best = np.full(owner.max() + 1, -np.inf)
        np.maximum.at(best, owner, row)
        order = np.argsort(-best, kind="stable")[:5]
        second = best[order[1]] if len(order) > 1 else 0.0
        made.append((query, [(int(command), [float(best[command]), float(best[command] - second)]) for command in order]))
    return made
