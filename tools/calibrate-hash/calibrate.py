"""Fits the coefficients of gate 2 for the hash embedder. See README.md."""

import argparse
import json
import subprocess

import numpy as np

import model
import tables

SIZES = (1, 4, 9, 25)
HELD_SIZES = (25, 25, 12, 6, 3, 1)
# Weights of one query in the fits of the ranker and the calibrator.
RANK_WEIGHT = {"real": 1.0, "pack": 0.3, "bank": 0.15}
CALIBRATE_WEIGHT = {"real": 1.0, "pack": 0.15, "bank": 0.05}
THRESHOLDS = (0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96)
SURE, LIKELY = 0.92, 0.25


def ask(evidence, index, queries):
    """The Rust code's candidates for each query: [(query, [(command, evidence)])], and the names of the features."""
    text = [json.dumps({"phrase": phrase, "command": command}) for command, phrase in index]
    text += [json.dumps({"query": query[0]}) for query in queries]
    done = subprocess.run([evidence], input="\n".join(text), capture_output=True, text=True, check=True)
    names, *answers = (json.loads(line) for line in done.stdout.splitlines())
    found = [[(c["command"], c["evidence"]) for c in answer["candidates"]] for answer in answers]
    return list(zip(queries, found, strict=True)), names


def gather(args):
    pack, bank = tables.read_pack(args.pack), tables.read_bank(args.bank)
    requests, beside = tables.lines(args.requests), tables.lines(args.out_of_scope)
    sets = {}
    for size in SIZES:
        sets["real", size], names = ask(args.evidence, *tables.real(pack, requests, beside, size))
    sets["real", "bank"], _ = ask(args.evidence, *tables.real(bank, requests, beside))
    for name, table, folds in (("pack", pack, 5), ("bank", bank, 4)):
        for fold, (index, queries) in enumerate(tables.held_out(table, folds, HELD_SIZES, name)):
            sets[name, fold], _ = ask(args.evidence, index, queries)
    return sets, names


def fit(sets, names):
    # The bank with real requests is only measured: its neighbours accept each other's requests too often.
    used = {key: answers for key, answers in sets.items() if key != ("real", "bank")}
    weights = model.fit_rank([(answers, RANK_WEIGHT[key[0]]) for key, answers in used.items()], names)
    # One phrase a command is the ranker's hardest case, not the calibrator's usual one.
    ranked = [
        (model.rank(answers, weights, names), CALIBRATE_WEIGHT[key[0]])
        for key, answers in used.items()
        if key != ("real", 1)
    ]
    return weights, *model.fit_calibrator(ranked)


def cross_fit(sets, names):
    """Each half scored by what was fitted on the other."""
    half = lambda side: {key: [a for a in answers if a[0][2] == side] for key, answers in sets.items()}
    merged = {}
    for side in (0, 1):
        weights, calibrate, constant = fit(half(1 - side), names)
        for key, answers in half(side).items():
            ranked = model.rank(answers, weights, names)
            chances = model.probabilities(ranked, calibrate, constant, names)
            name = f"real, {key[1]}" if key[0] == "real" else key[0]
            old_answers, old_chances = merged.get(name, ([], []))
            merged[name] = (old_answers + ranked, [*old_chances, *chances])
    return {name: (answers, np.array(chances)) for name, (answers, chances) in merged.items()}


def rust(names, weights, calibrate, constant, note):
    rows = lambda values: "".join(f"        {value:.4f}, // {name}\n" for name, value in zip(names, values))
    text = "".join(f"//! - {line}\n" for line in note)
    return f"""//! Coefficients of gate 2 for the hash embedder. Written by `tools/calibrate-hash`: run it again instead of editing.
//!
//! Cross-fitted figures when they were written (queries with an answer + without; at the threshold `sure`):
//!
{text}
use super::scorer::Model;

/// The model that goes with [`HashEmbedder`](crate::embed::HashEmbedder).
#[rustfmt::skip]
pub const HASH: Model = Model {{
    rank: [
{rows(weights)}    ],
    calibrate: [
{rows(calibrate)}    ],
    bias: {constant:.4f},
    sure: {SURE},
    likely: {LIKELY},
}};
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("pack", "bank", "requests", "out-of-scope", "evidence"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--write")
    args = parser.parse_args()
    sets, names = gather(args)
    held = cross_fit(sets, names)
    table = lambda thresholds: [f"{name}: {model.report(*answers, thresholds)}" for name, answers in held.items()]
    print("\n".join(table(THRESHOLDS)))
    if args.write:
        with open(args.write, "w", encoding="utf-8") as file:
            file.write(rust(names, *fit(sets, names), table((SURE,))))


if __name__ == "__main__":
    main()
