"""Terms into tokens. The same rules as `crates/lever-core/src/embed/learned/wordpiece.rs`."""

import re
import unicodedata

# What is neither letter nor digit, of ASCII alone.
PUNCTUATION = re.compile(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]")
LONGEST_WORD = 40
MOST_TOKENS = 128
# Shapes of values, in the order of their special rows.
SHAPES = ["number", "path", "host", "other", "any"]


class WordPieces:
    """`continuations` and `words` are sorted; the rows are continuations, words, shapes."""

    def __init__(self, continuations, words):
        self.continuations, self.words = sorted(continuations), sorted(words)
        self.inner = {token: row for row, token in enumerate(self.continuations)}
        self.first = {token: row + len(self.inner) for row, token in enumerate(self.words)}
        self.size = len(self.inner) + len(self.first)
        self.rows = self.size + len(SHAPES)
        self.longest = max(len(token) for token in [*self.inner, *self.first])

    def tokenize(self, terms):
        """Rows of the table for terms as the Rust code reads them: [kind, text], kind `word`, or a shape, or `slot:` and a shape."""
        rows = []
        for kind, text in terms:
            if kind != "word":
                rows.append(self.size + SHAPES.index(kind.removeprefix("slot:")))
            if kind != "number" and not kind.startswith("slot:"):
                for part in self.split(text):
                    rows += self.pieces(part)
            if len(rows) >= MOST_TOKENS:
                return rows[:MOST_TOKENS]
        return rows

    @staticmethod
    def split(text):
        for part in PUNCTUATION.split(text):
            if part and not part.isascii():
                part = "".join(c for c in unicodedata.normalize("NFD", part) if not unicodedata.category(c).startswith("M"))
            yield part

    def pieces(self, word):
        if not word or len(word.encode()) > LONGEST_WORD:
            return []
        found, at = [], 0
        while at < len(word):
            table = self.inner if at else self.first
            for end in range(min(len(word), at + self.longest), at, -1):
                row = table.get(word[at:end])
                if row is not None:
                    found.append(row)
                    at = end
                    break
            else:
                return []
        return found
