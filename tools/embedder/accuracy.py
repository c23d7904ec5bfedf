"""Writes docs/ACCURACY.md: the held-out figures of a training run beside baselines on the same phrases. See README.md."""

import argparse
import json
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402

import baselines  # noqa: E402
import corpus  # noqa: E402
import fit  # noqa: E402
import ranker  # noqa: E402
import tables  # noqa: E402
import teacher  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
CLINC_PHRASES = (5, 20)


def clinc(path, count):
    """A table of opaque commands, one an intent, with `count` phrases each; validation requests with and without an intent."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    taught = {}
    for text, intent in data["train"]:
        taught.setdefault(intent, []).append(text)
    intents = sorted(taught)
    index = [(at, text) for at, intent in enumerate(intents) for text in taught[intent][:count]]
    commands = [f"./s{at}.sh" for at in range(len(intents))]
    queries = [(text, {intents.index(intent)}, 0) for text, intent in data["val"]]
    return index, commands, queries + [(text, set(), 0) for text, _ in data["oos_val"]]


def at_cosine(answers):
    """A baseline's chance is its score: only its order counts."""
    return np.array([row[0][1][0] for _, row in answers])


def compare(index, queries, encoder):
    """Figures of the baselines for one table."""
    texts, phrases = [query[0] for query in queries], [phrase for _, phrase in index]
    made = {}
    for name, scores in (("BM25", baselines.bm25(phrases, texts)), ("MiniLM", baselines.minilm(encoder, phrases, texts))):
        answers = baselines.answers(index, queries, scores)
        made[name] = ranker.figures(answers, at_cosine(answers), np.inf)
    return made


def together(parts):
    """Draws as one: shares weighted by their requests."""
    total = sum(part["requests"] for part in parts)
    mean = lambda key: sum(part[key] * part["requests"] for part in parts) / total
    return {key: mean(key) for key in ("top1", "top3", "at5", "at1")} | {"requests": total}


def row(name, figures, shipped=True):
    cells = [name, f"{figures['top1']:.1f} / {figures['top3']:.1f}", f"{figures['at5']:.0f} / {figures['at1']:.0f} %"]
    if shipped and "runs" in figures:
        wrong = f"{figures['wrong']} of {figures['runs']}"
        cells += [f"{figures['run']:.0f} %", wrong, f"{figures['beside']:.1f} %" if figures["out_of_scope"] else "-"]
    else:
        cells += ["-", "-", "-"]
    return f"| {' | '.join(cells)} |"


HEAD = """| | top-1 / top-3 | could run with <= 5 % / 1 % of runs wrong | runs unasked as shipped | wrong of those | out of scope that run |
|---|---|---|---|---|---|"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", required=True, help="folder of development data")
    parser.add_argument("--work", required=True, help="the folder that train.py kept its results in")
    parser.add_argument("--evidence", default=os.path.join(ROOT, "target/release/examples/evidence"))
    parser.add_argument("--model", default=os.path.join(ROOT, "crates/lever-core/model/lever.lvrm"))
    parser.add_argument("--write", default=os.path.join(ROOT, "docs/ACCURACY.md"))
    args = parser.parse_args()
    with open(os.path.join(args.work, "figures.json"), encoding="utf-8") as file:
        trained = json.load(file)
    gatherer = fit.Gatherer(args.evidence, args.shared)
    encoder = teacher.Teacher(os.path.join(args.work, "teacher.db"))
    hashed, names = gatherer.real("hash")
    lines = [
        "# Accuracy",
        "",
        "Written by `tools/embedder/accuracy.py` after `train.py`; both need the development data. All methods have the same phrases.",
        "",
        f"Model `{trained['id']}`; a match is `sure`, and may run unasked where the command only reads, from a probability of {trained['sure']}.",
        "\"Could run\" is what a threshold chosen after the fact would allow, for methods to be compared; \"as shipped\" is what happens.",
        "Cosine and BM25 have no probability, so they have no shipped threshold.",
        "",
        "## Real requests to the built-in commands",
        "",
        f"{trained['held']['real, 25']['requests']} colloquial requests that the built-in commands answer and {trained['held']['real, 25']['out_of_scope']} that nothing should answer, none of",
        "which trained anything, by how many phrases each command carries. The tables have seen the commands' other phrases in training.",
        "",
    ]
    for size in fit.SIZES:
        index, queries = tables.real(gatherer.pack, gatherer.requests, gatherer.beside, size)
        others = compare(index, queries, encoder)
        answers = hashed["real", size]
        weights, calibrate, constant, sure = shipped_hash(args.evidence, answers)
        lines += [f"{size} phrase{'s' if size > 1 else ''} a command:", "", HEAD, row("learned", trained["held"][f"real, {size}"])]
        lines += [row("hash", hash_figures(answers, names, weights, calibrate, constant, sure))]
        lines += [row(name, figures, False) for name, figures in others.items()] + [""]
    lines += [
        "## Literal requests",
        "",
        "Long technical requests, one phrase a command (NL2Bash and tldr; draws of 67 and 1,000 commands). Tables, ranker and calibrator",
        "of each half of the command forms were trained on the other half. A second request of one command is another draw's first, so",
        "the figures are means of draws, not one pool.",
        "",
        HEAD,
    ]
    for name, draws in gatherer.draws.items():
        lines.append(row(f"{name}, learned", trained["held"][f"literal, {name}"]))
        compared = [compare(index, queries, encoder) for index, _, queries in (fit.literal(draw, gatherer.halves) for draw in draws[:4])]
        lines += [row(f"{name}, {method}", together([one[method] for one in compared]), False) for method in ("BM25", "MiniLM")]
    lines += ["", "## CLINC150", "", "150 intents with opaque commands (`./s7.sh`), at the shipped thresholds; nothing of it was trained on.", "", HEAD]
    for count in CLINC_PHRASES:
        index, commands, queries = clinc(os.path.join(args.shared, "clinc-dev.json"), count)
        answers, decided = fit.decide(args.evidence, args.model, index, commands, queries)
        lines.append(row(f"{count} phrases an intent, learned", ranker.figures(answers, decided, trained["sure"])))
        for name, figures in compare(index, queries, encoder).items():
            lines.append(row(f"{count} phrases an intent, {name}", figures, False))
    with open(args.write, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
