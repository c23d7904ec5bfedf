"""Fits the weights of readings: which phrase a request means, with which values. See README.md."""

import argparse
import hashlib
import json
import re
import subprocess

import numpy as np

# What speaks against a reading may not speak for it because of the data's accidents.
AGAINST = ("missing", "unsure", "values_left", "words_left", "uncovered", "unsaid", "added", "action_missed", "lead", "opposite", "negation", "about", "choice", "action_unsaid", "question")
THRESHOLDS = (0.5, 0.6, 0.65, 0.7, 0.72, 0.74, 0.76, 0.8, 0.85, 0.9)


def read(path, program):
    """The shipped reader's readings of a file's requests, and the names of their features."""
    with open(path, encoding="utf-8") as file:
        done = subprocess.run([program], stdin=file, capture_output=True, text=True, check=True)
    names, *lines = (json.loads(line) for line in done.stdout.splitlines())
    return names, [prepare(line) for line in lines]


def default(phrase, name):
    found = re.search(r"\{\{" + re.escape(name) + r"(?::[^}]*?)?=([^=}]*)\}\}", phrase)
    return found[1] if found else None


def same(values, wanted, phrase):
    """Whether values are those wanted; a default that is written out counts as left out."""
    strip = lambda pairs: {name: str(value) for name, value in pairs.items() if str(value) != default(phrase, name)}
    return strip(values) == strip(wanted)


def prepare(line):
    """Features of all readings, and which is right: the number of readings where none is."""
    readings = line["readings"]
    target, place = len(readings), len(readings)
    for number, reading in enumerate(readings):
        if reading["phrase"] == line["phrase"]:
            place = number
            if line["params"] is not None and reading["kind"] != "missing":
                if same(reading["values"], line["params"], reading["phrase"]):
                    target = number
    return {
        "features": np.array([reading["features"] for reading in readings], dtype=float).reshape(len(readings), -1),
        "clear": np.array([reading["clear"] for reading in readings], dtype=bool),
        "target": target,
        "asked": line["params"] is not None and line["phrase"] is not None,
        "place": place,
        "text": line["text"],
        "readings": readings,
    }


def padded(items):
    """All requests as one array, with a mask of the readings that are there."""
    most = max(len(item["features"]) for item in items)
    count = items[0]["features"].shape[1]
    features = np.zeros((len(items), most, count))
    mask = np.zeros((len(items), most + 1), dtype=bool)
    mask[:, most] = True
    target = np.zeros(len(items), dtype=int)
    for row, item in enumerate(items):
        size = len(item["features"])
        features[row, :size] = item["features"]
        mask[row, :size] = True
        target[row] = item["target"] if item["target"] < size else most
    return features, mask, target


def chances(features, mask, weights, none):
    scores = np.concatenate([features @ weights, np.full((len(features), 1), none)], axis=1)
    scores[~mask] = -np.inf
    scores -= scores.max(axis=1, keepdims=True)
    odds = np.exp(scores)
    return odds / odds.sum(axis=1, keepdims=True)


def fit(items, names, penalty=2.0, steps=3000):
    """Greatest likelihood with a quadratic penalty, by Adam on features of equal spread."""
    against = np.array([name in AGAINST for name in names])
    features, mask, target = padded(items)
    present = features[mask[:, :-1]]
    centre, spread = np.zeros(present.shape[1]), present.std(axis=0) + 1e-6
    scaled = (features - centre) / spread
    scaled[~mask[:, :-1]] = 0
    weights, none = np.zeros(present.shape[1]), 0.0
    wanted = np.zeros(mask.shape)
    wanted[np.arange(len(items)), target] = 1
    momentum, square = np.zeros(len(weights) + 1), np.zeros(len(weights) + 1)
    for step in range(1, steps + 1):
        error = chances(scaled, mask, weights, none) - wanted
        slope = np.concatenate([np.einsum("ij,ijk->k", error[:, :-1], scaled) + penalty * weights, [error[:, -1].sum()]])
        momentum = 0.9 * momentum + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        move = 0.02 * (momentum / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        weights, none = weights - move[:-1], none - move[-1]
        weights[against] = np.minimum(weights[against], 0)
    return weights / spread, none


def judge(items, weights, none):
    """For each request: chance of the best reading, whether it is right, and whether it may bind unasked."""
    features, mask, target = padded(items)
    chance = chances(features, mask, weights, none)[:, :-1]
    best = chance.argmax(axis=1)
    clear = np.array([len(item["clear"]) > at and item["clear"][at] for item, at in zip(items, best)])
    return chance.max(axis=1), best == target, clear, best


def report(name, items, judged, threshold=None):
    chance, right, clear, best = judged
    asked = np.array([item["asked"] for item in items])
    first = np.array([item["place"] == at for item, at in zip(items, best)])
    count = max(1, asked.sum())
    lines = [f"{name}: {asked.sum()} with values, command first {100 * (first & asked).sum() / count:.1f} %, reading first {100 * (right & asked).sum() / count:.1f} %"]
    for limit in THRESHOLDS if threshold is None else (threshold,):
        bound = clear & (chance >= limit)
        wrong = (bound & ~right).sum()
        lines.append(f"  {limit}: bound and right {100 * (bound & right & asked).sum() / count:.1f} %, {wrong} of {bound.sum()} wrong ({100 * wrong / max(1, bound.sum()):.1f} %)")
    return "\n".join(lines)


def number(text):
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def cross_fit(files, names, penalty):
    """Each file judged by what the others taught, so that no voice is judged by itself."""
    judged = {}
    for name in files:
        items = [item for other in files if other != name for item in files[other]]
        judged[name] = judge(files[name], *fit(items, names, penalty))
    return judged


def rust(names, weights, none, sure, note):
    rows = "".join(f"        {weight:.4f}, // {name}\n" for name, weight in zip(names, weights))
    notes = "".join(f"//! {line}\n" for line in note)
    return f"""//! Weights of readings. Written by `tools/calibrate-slots`: run it again instead of editing.
//!
//! Each voice read by weights that were fitted on the others, at the threshold `sure`:
//!
{notes}
use super::reading::READING_FEATURES;

/// A log-linear model over readings and none of them.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadingModel {{
    /// For each feature of a reading.
    pub weights: [f32; READING_FEATURES],
    /// Score of none of them.
    pub none: f32,
    /// The least probability of a reading that may bind unasked.
    pub sure: f32,
}}

/// The weights in use.
#[rustfmt::skip]
pub const MODEL: ReadingModel = ReadingModel {{
    weights: [
{rows}    ],
    none: {none:.4f},
    sure: {sure},
}};
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", required=True, help="the example `readings` of lever-bench")
    parser.add_argument("--train", nargs="+", required=True)
    parser.add_argument("--test", nargs="*", default=[])
    parser.add_argument("--penalty", type=float, default=2.0)
    parser.add_argument("--sure", type=float, default=0.66)
    parser.add_argument("--write")
    args = parser.parse_args()
    files = {}
    for path in args.train:
        names, files[path.rsplit("/", 1)[-1]] = read(path, args.readings)
    judged = cross_fit(files, names, args.penalty)
    for name, items in files.items():
        print(report(f"{name}, cross-fitted", items, judged[name]))
    weights, none = fit([item for items in files.values() for item in items], names, args.penalty)
    for path in args.test:
        items = read(path, args.readings)[1]
        print(report(path.rsplit("/", 1)[-1], items, judge(items, weights, none)))
    print("\n".join(f"{name:18} {weight:8.3f}" for name, weight in [*zip(names, weights), ("none", none)]))
    if args.write:
        note = [line for name, items in files.items() for line in report(name, items, judged[name], args.sure).split("\n")]
        with open(args.write, "w", encoding="utf-8") as file:
            file.write(rust(names, weights, none, args.sure, [f"- {line.strip()}" for line in note]))


if __name__ == "__main__":
    main()
