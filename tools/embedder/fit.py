"""Fits the ranker and the calibrator on evidence that the Rust code gathers. See README.md.

As a program: `python fit.py --shared DIR --model hash --write ../../crates/lever-core/src/decide/coefficients.rs` fits those
of the hash embedder, which has no model file.
"""

import argparse
import itertools
import json
import os
import subprocess

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402

import corpus  # noqa: E402
import ranker  # noqa: E402
import tables  # noqa: E402

SIZES = (1, 4, 9, 25)
HELD_SIZES = (25, 25, 12, 6, 3, 1)
BANKED_SIZES = (25, 25, 25, 12)
# Shares of the commands that the bank knows.
BANKED_SHARES = (0.75, 0.5, 0.75, 0.25, 0.9)
# Weights of one query in the fits of the ranker and the calibrator, by the kind of its table.
RANK_WEIGHT = {
    "real": 1.0, "asked": 0.15, "pack": 0.15, "bank": 0.3, "literal": 1.0, "drawn": 0.6, "paired": 3.0, "hidden": 0.5, "own": 0.3,
    "beside": 0.5, "made": 0.0, "foreign": 0.0, "banked": 0.15, "banked real": 0.5, "banked asked": 0.08, "banked made": 0.0,
    "named": 0.5,
}
CALIBRATE_WEIGHT = {
    "real": 1.0, "asked": 0.3, "pack": 0.3, "bank": 0.05, "literal": 1.2, "drawn": 0.6, "paired": 0.2, "hidden": 0.2, "own": 0.3,
    "beside": 0.3, "made": 0.3, "foreign": 0.1, "banked": 0.15, "banked real": 0.5, "banked asked": 0.25, "banked made": 0.15,
    "named": 0.1,
}
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.84, 0.86, 0.88, 0.9, 0.92, 0.94)
SURE, LIKELY = 0.9, 0.1
# The hash embedder's probabilities are spread otherwise. It tells too little of other voices and of scripts apart to learn from them: they
# only show what it is worth.
HASH_SURE = 0.88
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def names_of(program):
    """The features' names, in the Rust code's order."""
    done = subprocess.run([program], input="", capture_output=True, text=True, check=True, env={**os.environ, "MODEL": "hash"})
    return json.loads(done.stdout.splitlines()[0])


def ask(program, model, index, commands, queries):
    """The Rust code's candidates for each query: [(query, Found)], and the names of the features. `index`: (command, phrase), or
    (command, phrase, whether it is weak)."""
    text = [json.dumps({"phrase": phrase, "command": command, "weak": any(weak)}) for command, phrase, *weak in index]
    text += [json.dumps({"template": commands[command], "command": command}) for command in dict.fromkeys(entry[0] for entry in index)]
    text += [json.dumps({"query": query[0]}) for query in queries]
    environment = {**os.environ, "MODEL": model}
    done = subprocess.run([program], input="\n".join(text), capture_output=True, text=True, check=True, env=environment)
    names, *answers = done.stdout.splitlines()
    names = json.loads(names)
    return [(query, read(json.loads(answer), len(names))) for query, answer in zip(queries, answers, strict=True)], names


def read(answer, width):
    # In an order that does not depend on the ranker that the model file has.
    found = sorted(answer["candidates"], key=lambda one: one["command"])
    column = lambda name, kind: np.array([one[name] for one in found], kind)
    return ranker.Found(
        column("command", np.int64),
        column("evidence", np.float32).reshape(len(found), width),
        column("named", np.uint64),
        column("all", np.uint64),
        column("nearest", np.float32),
        np.array(answer.get("weights", []), np.float32),
    )


def literal(draw, group_folds):
    """A draw of literal requests: index, commands, queries; a query's fold is its command's."""
    place = {entry["id"]: number for number, entry in enumerate(draw["index"])}
    index = [(number, entry["phrase"]) for number, entry in enumerate(draw["index"])]
    commands = [entry["command"] for entry in draw["index"]]
    fold = lambda text: group_folds.get(text, corpus.number(text) % corpus.FOLDS)
    queries = [(query["text"], {place[query["id"]]}, fold(query["text"])) for query in draw["queries"]]
    queries += [(query["text"], set(), fold(query["text"])) for query in draw.get("out_of_scope", [])]
    return index, commands, queries


class Gatherer:
    """Evidence of all tables, by the kinds that are weighed differently. `models`: one a fold,
    trained without what the fold holds of phrases and literal commands, so it answers for that."""

    def __init__(self, program, shared, root=ROOT):
        self.program = program
        self.pack = corpus.read_pack(os.path.join(root, "packages/lever-runner/pack"))
        self.asked_by_half = corpus.asked_by_half(os.path.join(root, "data/requests"), self.pack)
        self.bank = corpus.merge(
            corpus.read_bank(os.path.join(root, "data/phrase-bank")), corpus.read_bank(os.path.join(shared, "phrases"))
        )
        read = lambda name: corpus.lines(os.path.join(shared, name))
        self.requests, self.beside = read("first-minute-dev.jsonl"), read("out-of-scope-dev.jsonl")
        groups = corpus.read_nl2bash(os.path.join(shared, "nl2bash-dev-groups.jsonl"))
        self.folds = {text: group["fold"] for group in groups for text in group["nl"]}
        self.groups = groups
        self.tldr = corpus.read_tldr(os.path.join(shared, "tldr-pages-en.tar.zst"))
        self.scripts = corpus.lines(os.path.join(root, "data/requests/scripts.jsonl"))
        self.draws = {name: read(f"{name}.dev.jsonl") for name in ("nl2bash-67", "nl2bash-1k", "tldr-1k")}

    def asked(self, model, sizes=SIZES):
        """Requests by hands that wrote none of the phrases; a voice is in one half."""
        sets = {}
        for size in sizes:
            index = [(number, phrase) for number, entry in enumerate(self.pack) for phrase in entry["phrases"][:size]]
            queries = [(text, right, half) for half, asked in enumerate(self.asked_by_half) for text, right in asked]
            sets["asked", size], _ = ask(self.program, model, index, self._commands(self.pack), queries)
        return sets

    def real(self, model, sizes=SIZES):
        sets = {}
        for size in sizes:
            index, queries = tables.real(self.pack, self.requests, self.beside, size)
            sets["real", size], names = ask(self.program, model, index, self._commands(self.pack), queries)
        index, queries = tables.real(self.bank, self.requests, self.beside)
        sets["real", "bank"], _ = ask(self.program, model, index, self._commands(self.bank), queries)
        return sets, names

    def held_out(self, models):
        sets = {}
        for name, table, folds, used in (("pack", self.pack, 5, 5), ("bank", self.bank, 4, 1)):
            beyond = tables.foreign(table, self.bank, folds)
            made_of = itertools.islice(tables.held_out(table, folds, HELD_SIZES, name), used)
            for fold, (index, queries, made) in enumerate(made_of):
                commands = self._commands(table)
                sets[name, fold] = self._by_fold(models, index, commands, queries)
                if name == "pack":
                    sets["made", fold] = self._by_fold(models, index, commands, made)
                    sets["foreign", fold] = self._by_fold(models, index, commands, next(beyond))
        return sets

    def banked(self, model, models):
        """Commands with one phrase of somebody's own, most of which bring along what the bank knows of them, beside some that it
        does not know."""
        sets, commands = {}, self._commands(self.pack)
        _, real = tables.real(self.pack, self.requests, self.beside)
        asked = [(text, right, half) for half, asked in enumerate(self.asked_by_half) for text, right in asked]
        for kind, queries in (("banked real", real), ("banked asked", asked)):
            sets[kind, "all"], _ = ask(self.program, model, tables.banked(self.pack), commands, queries)
            for quarter in range(4):
                own = [query for query in queries if all(command % 4 == quarter for command in query[1] or {quarter})]
                left = lambda command: command % 4 == quarter
                sets[kind, "others", quarter], _ = ask(self.program, model, tables.banked(self.pack, left), commands, own)
        for fold, (index, queries, made) in enumerate(tables.held_out(self.pack, 5, BANKED_SIZES, "pack")):
            index = tables.weakened(index, BANKED_SHARES[fold], fold)
            sets["banked", fold] = self._by_fold(models, index, commands, queries)
            sets["banked made", fold] = self._by_fold(models, index, commands, made)
        return sets

    def literal(self, models, most=None):
        sets = {}
        for name, draws in self.draws.items():
            for number, draw in enumerate(draws[:most]):
                sets["literal", name, number] = self._by_fold(models, *literal(draw, self.folds))
        return sets

    def hidden(self, models):
        """Commands that say nothing, all of them or two in five."""
        sets = {}
        made = list(tables.held_out(self.pack, 5, HELD_SIZES, "pack"))
        commands = self._commands(self.pack)
        for fold, share in enumerate((1, 0.4, 1, 0.4)):
            index, queries, _ = made[fold]
            sets["hidden", "pack", fold] = self._by_fold(models, index, tables.hidden(commands, share), queries)
        for name, share, most in (("nl2bash-67", 1, 4), ("nl2bash-67", 0.4, 4), ("nl2bash-1k", 1, 1), ("nl2bash-1k", 0.4, 1)):
            for number, draw in enumerate(self.draws[name][-most:]):
                index, commands, queries = literal(draw, self.folds)
                sets["hidden", name, share, number] = self._by_fold(models, index, tables.hidden(commands, share), queries)
        return sets

    def drawn(self, models):
        """Further draws of literal commands, of several sizes, some of them among tldr's."""
        sets = {}
        for size, count, others in ((67, 8, ()), (300, 3, ()), (1000, 2, self.tldr)):
            for seed in range(count):
                drawn = tables.drawn(self.groups, others, size, seed)
                sets["drawn", size, seed] = self._by_fold(models, *drawn)
        pairs = corpus.paired(self.groups, self.tldr)
        for seed, size in enumerate((300, 1000, 1000)):
            sets["paired", size, seed] = self._by_fold(models, *tables.paired(self.groups, self.tldr, pairs, size, seed))
        return sets

    def own(self, model):
        """Scripts of somebody's own, alone and beside the built-in commands. Nothing was trained on their phrases."""
        sets = {}
        for seed, (size, beside) in enumerate(itertools.product((1, 2, 4, 6), ((), (), (), self.pack))):
            index, commands, queries = tables.scripts(self.scripts, size, seed, beside)
            if not beside and seed % 3:
                commands = tables.hidden(commands, 1)
            sets["beside" if beside else "own", size, seed], _ = ask(self.program, model, index, commands, queries)
        return sets

    def named(self, model):
        """Commands that only a name tells apart."""
        sets = {}
        for seed, size in enumerate((40, 100, 200, 400)):
            index, commands, queries = tables.named(size, seed)
            commands = tables.hidden(commands, seed // 2)
            sets["named", size], _ = ask(self.program, model, index, commands, queries[-300:])
        return sets

    def _by_fold(self, models, index, commands, queries):
        """Each query answered by the model that was trained without its fold."""
        answers = []
        for fold, model in enumerate(models):
            own = [query for query in queries if query[2] == fold]
            if own:
                answers += ask(self.program, model, index, commands, own)[0]
        return answers

    @staticmethod
    def _commands(table):
        return [entry["command"] for entry in table]


def fit(sets, names, but=()):
    """Ranker and calibrator, from all kinds of sets `but` some."""
    # The bank with real requests is only measured: its neighbours accept each other's requests too often.
    used = {key: answers for key, answers in sets.items() if key != ("real", "bank") and key[0] not in but}
    rank = ranker.fit_rank([(answers, RANK_WEIGHT[key[0]]) for key, answers in used.items() if RANK_WEIGHT[key[0]]], names)
    ranked = [(ranker.rank(answers, rank, names), CALIBRATE_WEIGHT[key[0]]) for key, answers in used.items()]
    return rank, ranker.fit_calibrator(ranked, names)


def title(key):
    return key[0] if key[0] in ("pack", "bank", "made", "foreign", "banked", "banked made") else f"{key[0]}, {key[1]}"


def half_of(sets, side):
    """What is in even folds (0) or odd ones (1)."""
    return {key: [answer for answer in answers if answer[0][2] % 2 == side] for key, answers in sets.items()}


def measure(sets, names, fitted):
    """Each half scored by what was fitted on the other, which is in `fitted`: {title: (ranked, chances)}. A voice of those who asked
    is in one half."""
    merged = {}
    for side in (0, 1):
        rank, calibrator = fitted[1 - side]
        for key, answers in half_of(sets, side).items():
            ranked = ranker.rank(answers, rank, names)
            chances = ranker.probabilities(ranked, calibrator, names)
            for name in (title(key), *([f"{title(key)}, {' and '.join(corpus.VOICES[side])} only"] if key[0] == "asked" else [])):
                old_ranked, old_chances = merged.get(name, ([], []))
                merged[name] = (old_ranked + ranked, [*old_chances, *chances])
    return {name: (ranked, np.array(chances)) for name, (ranked, chances) in merged.items()}


def report(held, thresholds=THRESHOLDS):
    return [f"{name}: {ranker.report(*answers, thresholds)}" for name, answers in held.items()]


def rust(names, weights, calibrator, note):
    line = lambda values: "[" + ", ".join(f"{value:.4f}" for value in values) + "]"

    def network(made):
        rows = "".join(f"            {value:.4f}, // {name}\n" for name, value in zip(names, made.direct))
        units = "".join(f"            {line(row)}, // {name}\n" for name, row in zip(names, made.hidden.T))
        return f"""Network {{
        direct: [
{rows}        ],
        hidden: [
{units}        ],
        bias: {line(made.bias)},
        out: {line(made.out)},
        constant: {made.constant:.4f},
    }}"""

    text = "".join(f"//! - {line}\n" for line in note)
    return f"""//! Coefficients of gate 2 for the hash embedder. Written by `tools/embedder/fit.py`: run it again instead of editing.
//!
//! Cross-fitted figures when they were written (queries with an answer + without; at the threshold `sure`):
//!
{text}
use super::scorer::{{Model, Network}};

/// The model that goes with [`HashEmbedder`](crate::embed::HashEmbedder).
#[rustfmt::skip]
#[allow(clippy::approx_constant, reason = "a weight that happens to be near a constant is none")]
pub const HASH: Model = Model {{
    rank: {network(weights)},
    calibrate: {network(calibrator)},
    sure: {HASH_SURE},
    likely: {LIKELY},
}};
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", required=True, help="folder of development data")
    parser.add_argument("--evidence", default=os.path.join(ROOT, "target/release/examples/evidence"))
    parser.add_argument("--model", default="hash", help="`hash` or a model file")
    parser.add_argument("--write")
    args = parser.parse_args()
    gatherer = Gatherer(args.evidence, args.shared)
    sets, names = gatherer.real(args.model)
    sets |= gatherer.asked(args.model)
    models = [args.model] * corpus.FOLDS
    sets |= gatherer.held_out(models)
    sets |= gatherer.banked(args.model, models)
    if args.model != "hash":
        sets |= gatherer.literal(models, 4)
    but = ("asked", "own", "beside", "banked asked") if args.model == "hash" else ()
    held = measure(sets, names, [fit(half_of(sets, side), names, but) for side in (0, 1)])
    print("\n".join(report(held)))
    if args.write:
        with open(args.write, "w", encoding="utf-8") as file:
            file.write(rust(names, *fit(sets, names, but), report(held, (HASH_SURE,))))


if __name__ == "__main__":
    main()
