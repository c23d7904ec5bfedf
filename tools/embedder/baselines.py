"""What the matcher is compared with, given the same phrases: words alone (BM25) and a sentence model (full MiniLM)."""

import collections
import math
import re

import numpy as np
import scipy.sparse as sparse

import corpus


def words(text):
    return re.findall(r"[a-z0-9]+", text.lower())


class Bm25:
    name = "BM25"

    def scores(self, phrases, requests, k1=1.2, b=0.75):
        """A score for each request and phrase."""
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
        asked = [(at, column[word]) for at, request in enumerate(requests) for word in words(request) if word in column]
        rows, columns = zip(*asked) if asked else ((), ())
        return (sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), (len(requests), len(column))) @ table.T).toarray()


class MiniLm:
    name = "MiniLM"

    def __init__(self, encoder):
        self.encoder = encoder

    def scores(self, phrases, requests):
        """Cosines; a parameter is read by its name."""
        return self.encoder.encode(requests) @ self.encoder.encode([corpus.plain(phrase) for phrase in phrases]).T


def ask(method, trial):
    """A trial's answers by a method, in the form that the matcher's have: a command counts by its best phrase."""
    owner = np.array([number for number, entry in enumerate(trial["entries"]) for _ in entry["phrases"]])
    phrases = [phrase for entry in trial["entries"] for phrase in entry["phrases"]]
    made = []
    for answer, row in zip(trial["answers"], method.scores(phrases, [one["text"] for one in trial["answers"]])):
        best = np.full(len(trial["entries"]), -np.inf)
        np.maximum.at(best, owner, row)
        order = np.argsort(-best, kind="stable")[:10]
        right = answer["right"]
        places = [place for place, command in enumerate(order, 1) if right is not None and command in right]
        rank = places[0] if places else 0
        made.append(
            {"text": answer["text"], "right": right, "rank": rank, "probability": float(best[order[0]]), "correct": rank == 1, "open": True, "decided": False, "kind": "likely"}
        )
    return made
