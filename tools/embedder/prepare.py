"""Reads the corpora once: terms by the Rust code, tokens, the teacher's vectors, and matrices of counts."""

import collections
import itertools
import json
import os
import re
import random
import subprocess

import numpy as np
import scipy.sparse as sparse

import corpus
import table
import tables
import teacher
import wordpiece

# A word that the teacher cuts into pieces has a row of its own where the corpora use it so often.
OWN_ROW = 3
# Words that the corpora never use are kept where they stand before this place in the teacher's vocabulary.
COMMON = 12000
# So often a part must occur among commands to have a row, and so many have one.
ATOM_USES, ATOMS = 3, 4000
SHAPE_TEXTS = ["a number", "the path of a file", "a host name", "some text", "a name"]


class Reader:
    """The Rust code's reading of texts."""

    def __init__(self, program):
        self.program = program

    def read(self, kind, texts):
        text = "\n".join(json.dumps({kind: text}) for text in texts)
        done = subprocess.run([self.program], input=text, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]


# Held out in place of a fold: the commands that A is asked of.
BUILT_IN = "built-in"


def filled(phrase):
    """The phrase as somebody would say it, the same in every run."""
    return tables.fill(phrase, random.Random(corpus.number(phrase)))


class Prepared:
    """Everything that training needs; `shared` is the folder of development data."""

    def __init__(self, root, shared, terms, cache):
        self.reader = Reader(terms)
        self.pack = corpus.read_pack(os.path.join(root, "packages/lever-runner/pack"))
        self.bank = corpus.read_bank(os.path.join(root, "data/phrase-bank"))
        self.others = corpus.read_bank(os.path.join(shared, "phrases"))
        self.everyday = corpus.merge(self.pack, self.bank, self.others)
        self.phrase_folds = [corpus.fold(phrase) for entry in self.everyday for phrase in entry["phrases"]]
        self.literal = corpus.read_nl2bash(os.path.join(shared, "nl2bash-dev-groups.jsonl"))
        self.tldr = corpus.read_tldr(os.path.join(shared, "tldr-pages-en.tar.zst"))
        self.pairs = corpus.paired(self.literal, self.tldr)
        self.teacher = teacher.Teacher(cache)
        phrases = [phrase for entry in self.everyday for phrase in entry["phrases"]]
        literal = [text for group in self.literal for text in group["nl"]]
        described = [text for text, _ in self.tldr]
        self.words = self._vocabulary([*phrases, *literal, *described])
        self.size = self.pieces.rows
        self._commands()
        self.columns = self.size + len(self.atoms)
        # Everyday phrases as they are taught, and as they are asked; literal requests; descriptions.
        self.taught = self.rows("phrase", phrases)
        self.asked = self.rows("request", [filled(phrase) for phrase in phrases])
        self.asked_literal = self.rows("request", literal)
        self.described = self.rows("request", described)
        encode = lambda texts: self.teacher.encode(texts)
        self.everyday_vectors = encode([corpus.plain(phrase) for phrase in phrases])
        self.literal_vectors, self.described_vectors = encode(literal), encode(described)
        spans = lambda groups: [list(range(a, b)) for a, b in itertools.pairwise(np.cumsum([0, *map(len, groups)]).tolist())]
        self.everyday_members = spans([entry["phrases"] for entry in self.everyday])
        self.literal_members = spans([group["nl"] for group in self.literal])

    def _vocabulary(self, texts):
        known = teacher.tokenizer().get_vocab()
        used = collections.Counter(word for text in texts for word in re.findall(r"[a-z][a-z0-9]*", text.lower()))
        # The teacher's vocabulary goes from common to rare: names of people and places are at its end.
        words = [token for token, place in known.items() if re.fullmatch(r"[a-z][a-z0-9]*", token) and (place < COMMON or used[token])]
        inner = [token[2:] for token in known if re.fullmatch(r"##[a-z][a-z0-9]*", token)] + list("0123456789")
        whole = set(words)
        own = sorted(word for word, count in used.items() if count >= OWN_ROW and word not in whole and len(word) <= 20)
        self.pieces = wordpiece.WordPieces(set(inner), whole | set(own))
        return [*self.pieces.continuations, *self.pieces.words, *SHAPE_TEXTS]

    def _commands(self):
        """The commands' parts: those used often have a row."""
        self.commands = [entry["command"] for entry in self.everyday]
        self.commands += [group["command"] for group in self.literal] + [command for _, command in self.tldr]
        read = self.reader.read("command", self.commands)
        used = collections.Counter(atom for one in read for atom in set(one["atoms"]))
        often = sorted(used.items(), key=lambda item: (-item[1], item[0]))[:ATOMS]
        self.atoms = sorted(int(atom, 16) for atom, count in often if count >= ATOM_USES)
        place = {f"{atom:016x}": at for at, atom in enumerate(self.atoms)}
        self.parts = table.counts([[place[atom] for atom in one["atoms"] if atom in place] for one in read], len(self.atoms))
        words = table.counts([self.pieces.tokenize(one["words"]) for one in read], self.size)
        self.command_rows = sparse.hstack([words * np.float32(0.3), self.parts]).tocsr()

    def kept(self, without):
        """What is trained on where something is held out: phrases of each everyday command (rows), places of literal groups, and of
        descriptions. `without`: a fold (its everyday phrases, and the literal requests of its command forms), `BUILT_IN` (all that is
        said of the built-in commands and of others of their form or outline), or None."""
        groups, descriptions = range(len(self.literal)), range(len(self.tldr))
        if without == BUILT_IN:
            built_in = corpus.alike([entry["command"] for entry in self.pack])
            everyday = [[] if built_in(entry["command"]) else rows for entry, rows in zip(self.everyday, self.everyday_members)]
            groups = [at for at in groups if not built_in(self.literal[at]["command"])]
            return everyday, groups, [at for at in descriptions if not built_in(self.tldr[at][1])]
        everyday = [[row for row in rows if self.phrase_folds[row] != without] for rows in self.everyday_members]
        return everyday, [at for at in groups if self.literal[at]["fold"] != without], list(descriptions)

    def uses(self, without=None):
        """How often each part was met: in commands, one by one, and in those that literal requests are for, a request at a time; without
        the literal ones that are held out."""
        met = np.ones(len(self.commands), np.float32)
        first = len(self.everyday)
        chosen = set(self.kept(without)[1])
        for at, group in enumerate(self.literal):
            met[first + at] = len(group["nl"]) if at in chosen else 0
        # What tldr describes is there, however seldom anybody wants it.
        described = self.parts[first + len(self.literal) :].sum(0) > 0
        met[first + len(self.literal) :] = 0
        return np.asarray(self.parts.T @ met).ravel() + np.asarray(described).ravel()

    def rows(self, kind, texts):
        """Counts of tokens; the columns of commands' parts are empty."""
        rows = [self.pieces.tokenize(terms) for terms in self.reader.read(kind, texts)]
        return table.counts(rows, self.columns)

    def begin(self, without=None):
        """The table before training. Words begin as the teacher has them, and commands' parts as the means of what is said of the commands
        that are not held out."""
        tokens = self.teacher.encode(self.words)
        texts = sparse.vstack([self.asked, self.asked_literal, self.described]).tocsr()
        vectors = np.vstack([self.everyday_vectors, self.literal_vectors, self.described_vectors])
        first = table.begin(tokens, vectors, texts[:, : self.size])
        everyday, groups, descriptions = self.kept(without)
        literal, described = [[] for _ in self.literal], np.zeros((len(self.tldr), first.shape[1]), np.float32)
        for at in groups:
            literal[at] = self.literal_members[at]
        described[descriptions] = table.unit(self.described[descriptions][:, : self.size] @ first)
        said = np.vstack([self._means(everyday, self.taught, first), self._means(literal, self.asked_literal, first), described])
        parts = self.command_rows[:, self.size :]
        atoms = table.unit(parts.T @ said) * 0.5
        return np.vstack([first, atoms]).astype(np.float32)

    def _means(self, members, rows, first):
        vectors = table.unit(rows[:, : self.size] @ first)
        return np.array([vectors[group].mean(0) if group else np.zeros(first.shape[1], np.float32) for group in members])

    def groups(self, without=None):
        """What is trained on, `without` what is held out: (texts, vectors, everyday, literal, commands)."""
        everyday, chosen, descriptions = self.kept(without)
        kept = [row for at in chosen for row in self.literal_members[at]]
        own = [row for members in everyday for row in members]
        texts = sparse.vstack([self.taught[own], self.asked[own], self.asked_literal[kept], self.described[descriptions]]).tocsr()
        vectors = self.everyday_vectors[own]
        vectors = np.vstack([vectors, vectors, self.literal_vectors[kept], self.described_vectors[descriptions]])
        owners = [at for at, members in enumerate(everyday) if members]
        commands = self._command_groups(chosen, descriptions, owners, [everyday[at] for at in owners])
        everyday = table.Groups([m for m in everyday if len(m) > 1], self.asked, self.taught, self.everyday_vectors)
        # Requests for a command are also near what tldr says of one of the same outline.
        shift = self.asked_literal.shape[0]
        there = set(descriptions)
        members = [self.literal_members[at] + [shift + row for row in self.pairs[at] if row in there] for at in chosen]
        said = sparse.vstack([self.asked_literal, self.described]).tocsr()
        vectors_said = np.vstack([self.literal_vectors, self.described_vectors])
        literal = table.Groups([m for m in members if len(m) > 1], said, said, vectors_said)
        return texts, vectors, everyday, literal, commands

    def _command_groups(self, chosen, descriptions, everyday, phrases):
        asked = sparse.vstack([self.asked, self.asked_literal, self.described]).tocsr()
        vectors = np.vstack([self.everyday_vectors, self.literal_vectors, self.described_vectors])
        first, second = len(self.everyday), len(self.everyday) + len(self.literal)
        shift, last = self.asked.shape[0], self.asked.shape[0] + self.asked_literal.shape[0]
        twice = lambda rows: rows if len(rows) > 1 else rows * 2
        members = [twice(rows) for rows in phrases] * 3
        owners = everyday * 3
        members += [twice([row + shift for row in self.literal_members[at]]) for at in chosen] * 2
        owners += [first + at for at in chosen] * 2
        members += [[last + at] * 2 for at in descriptions]
        owners += [second + at for at in descriptions]
        return table.Groups(members, self.command_rows[owners], asked, vectors, owners)
