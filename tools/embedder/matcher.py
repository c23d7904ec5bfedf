"""The shipped matcher as it is measured: by `lever eval`, and by the core's own program where tables have to be held out."""

import json
import os
import struct
import subprocess
import tempfile

import fit

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
HEADER = 48
# Reasons that only mean: not probable enough.
TOO_LITTLE = {"close_candidates", "doubtful"}


class Lever:
    """`lever eval` in a store of its own."""

    def __init__(self, program):
        self.program = program
        self.home = tempfile.TemporaryDirectory()

    def evaluate(self, *options, embedder="auto"):
        """(figures, trials) of one run."""
        answers = os.path.join(self.home.name, "answers.jsonl")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LEVER_")}
        environment |= {"LEVER_HOME": self.home.name, "LEVER_EMBEDDER": embedder}
        call = ["node", self.program, "eval", *options, "--answers", answers, "--json"]
        done = subprocess.run(call, capture_output=True, text=True, env=environment)
        if done.returncode:
            raise SystemExit(f"{' '.join(call)}: {done.stderr or done.stdout}")
        with open(answers, encoding="utf-8") as file:
            return json.loads(done.stdout), [json.loads(line) for line in file]


class Model:
    """A model file as sections."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        self.version, _, count = struct.unpack_from("<3I", data, 4)
        listed = (struct.unpack_from("<4I", data, HEADER + 16 * at) for at in range(count))
        self.sections = {kind: data[start : start + length] for kind, start, length, _ in listed}
        self.provenance = json.loads(self.sections[1])


def without(work, kind, count):
    """Model files made without one part each: a fold of the literal requests and everyday phrases (`fold`, tables and all), one half of
    the voices (`voices`), or that and all that is said of the built-in commands (`built-in`)."""
    return [os.path.join(work, f"{kind}-{part}.lvrm") for part in range(count)]


def ask(evidence, models, entries, queries, opaque=False, banked=False):
    """Trials by the core alone: `queries` are (text, places of the right entries or None, part), a part answered by the model that
    was made without it. `banked`: a command's phrases after its first are weak, as the bank brings them along. Returns the matcher's
    answers, and those of the nearest phrase by the same vectors."""
    lines = [
        {"phrase": phrase, "command": number, "weak": banked and at > 0}
        for number, entry in enumerate(entries) for at, phrase in enumerate(entry["phrases"])
    ]
    lines += [{"template": f"./s{number + 1}.sh" if opaque else entry["command"], "command": number} for number, entry in enumerate(entries)]
    ranked, nearest = [], []
    for part in sorted({part for _, _, part in queries}):
        own = [query for query in queries if query[2] == part]
        text = "\n".join(json.dumps(line) for line in [*lines, *({"query": query[0]} for query in own)])
        environment = {**os.environ, "MODEL": models[part]}
        done = subprocess.run([evidence], input=text, capture_output=True, text=True, check=True, env=environment)
        names, *found = (json.loads(line) for line in done.stdout.splitlines())
        cosine = names.index("cosine")
        for (text, right, _), answer in zip(own, found, strict=True):
            shown = answer["candidates"]
            sure = answer["kind"] in ("sure", "exact") and not answer.get("shown", False)
            only = answer["kind"] == "likely" and not answer.get("shown", False) and TOO_LITTLE.issuperset(answer["reasons"])
            rank = place(shown, right)
            first = shown[0]["probability"] if shown else 0.0
            ranked.append({"text": text, "right": right, "rank": rank, "probability": first, "correct": rank == 1, "open": sure or only, "decided": sure, "kind": answer["kind"]})
            by_phrase = sorted(shown, key=lambda one: -one["evidence"][cosine])
            rank = place(by_phrase, right)
            best = by_phrase[0]["evidence"][cosine] if by_phrase else 0.0
            nearest.append({"text": text, "right": right, "rank": rank, "probability": best, "correct": rank == 1, "open": True, "decided": False, "kind": "likely"})
    return ranked, nearest


def place(candidates, right):
    found = [at for at, one in enumerate(candidates, 1) if right is not None and one["command"] in right]
    return found[0] if found else 0


def draw_trial(draw, group_folds):
    """A draw of literal requests as (entries, queries)."""
    index, commands, queries = fit.literal(draw, group_folds)
    entries = [{"command": command, "phrases": []} for command in commands]
    for number, phrase in index:
        entries[number]["phrases"].append(phrase)
    return entries, [(text, sorted(right) or None, fold) for text, right, fold in queries]
