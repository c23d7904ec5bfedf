"""Trains the learned matcher and writes its model file and the fixture of its test. See README.md."""

import argparse
import hashlib
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402

import corpus  # noqa: E402
import fit  # noqa: E402
import fixtures  # noqa: E402
import modelfile  # noqa: E402
import prepare  # noqa: E402
import ranker  # noqa: E402
import table  # noqa: E402
import tables  # noqa: E402

EPOCHS = 14
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
FIXTURE_QUERIES = 40


def first_minute(prepared, gatherer):
    """A measure while training: requests to built-ins, by the nearest phrase alone. Nothing is trained or chosen by it."""
    index, queries = tables.real(prepared.pack, gatherer.requests, [])
    phrases = prepared.rows("phrase", [phrase for _, phrase in index])
    asked = prepared.rows("request", [query[0] for query in queries])
    owner = np.array([command for command, _ in index])
    first = np.array([command not in owner[:at] for at, command in enumerate(owner)])

    def measure(rows):
        scores = table.unit(asked @ rows) @ table.unit(phrases @ rows).T
        said = []
        for few in (np.ones(len(owner), bool), first):
            right = []
            for score, query in zip(scores, queries):
                best = np.full(len(prepared.pack), -1.0)
                np.maximum.at(best, owner[few], score[few])
                right.append([command in query[1] for command in np.argsort(-best, kind="stable")[:3]])
            right = np.array(right)
            said.append(f"{100 * right[:, 0].mean():.1f}/{100 * right.any(1).mean():.1f}")
        return "first minute, by the nearest phrase of all and of one: " + ", ".join(said)

    return measure


class Run:
    """One run of the trainer. What takes long is kept in `work`, by everything that it was made of."""

    def __init__(self, args):
        self.work = args.work
        self.prepared = prepare.Prepared(ROOT, args.shared, args.terms, os.path.join(args.work, "teacher.db"))
        self.gatherer = fit.Gatherer(args.evidence, args.shared)
        self.report = first_minute(self.prepared, self.gatherer)
        self.epochs = args.epochs
        self.names = fit.names_of(args.evidence)

    def table(self, without=None):
        """The table trained on all literal and everyday commands but those that are held out."""
        prepared = self.prepared
        groups = prepared.groups(without)
        begun = prepared.begin(without)
        said = hashlib.sha256(repr((self.epochs, without)).encode())
        for part in (begun, groups[0].data, groups[0].indices, groups[1]):
            said.update(np.ascontiguousarray(part).tobytes())
        path = os.path.join(self.work, f"table-{said.hexdigest()[:16]}.npy")
        if not os.path.exists(path):
            print(f"table without {without}; before: {self.report(begun)}", flush=True)
            np.save(path, table.train(begun, *groups, self.epochs, report=self.report))
        return np.load(path)

    def write(self, path, rows, without=None, rank=None, calibrator=None, provenance=None):
        width = len(self.names)
        rank, calibrator = rank or ranker.nothing(width), calibrator or ranker.nothing(width)
        size = self.prepared.size
        coefficients = np.concatenate([rank.numbers(), calibrator.numbers(), [fit.SURE, fit.LIKELY]])
        return modelfile.write(
            path, self.prepared.pieces, rows[:size], modelfile.WIDE, self.prepared.atoms,
            self.prepared.uses(without), rows[size:], self.names, coefficients,
            provenance or {},
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", required=True, help="folder of development data")
    parser.add_argument("--work", required=True, help="folder for what takes long to make, outside the tree")
    parser.add_argument("--terms", default=os.path.join(ROOT, "target/release/examples/terms"))
    parser.add_argument("--evidence", default=os.path.join(ROOT, "target/release/examples/evidence"))
    parser.add_argument("--model", default=os.path.join(ROOT, "crates/lever-core/model/lever.lvrm"))
    parser.add_argument("--fixture", default=os.path.join(ROOT, "crates/lever-core/tests/fixtures/learned.jsonl"))
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--quick", action="store_true", help="no tables without a fold: neither phrases nor literal requests are then held out")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    began = time.time()
    run = Run(args)
    prepared = run.prepared
    print(f"{len(prepared.everyday)} everyday commands, {prepared.taught.shape[0]} phrases; {prepared.size} rows of tokens, {len(prepared.atoms)} of commands", flush=True)

    whole = run.table()
    models = [os.path.join(args.work, f"fold-{fold}.lvrm") for fold in range(corpus.FOLDS)]
    held_out = [whole if args.quick else run.table(fold) for fold in range(corpus.FOLDS)]
    for fold, (model, rows) in enumerate(zip(models, held_out)):
        run.write(model, rows, fold)
    run.write(args.model, whole)
    sets, names = run.gatherer.real(args.model)
    sets |= run.gatherer.asked(args.model)
    sets |= run.gatherer.held_out(models)
    sets |= run.gatherer.literal(models, 4)
    sets |= run.gatherer.drawn(models)
    sets |= run.gatherer.hidden(models)
    sets |= run.gatherer.own(args.model)
    sets |= run.gatherer.banked(args.model, models)
    sets |= run.gatherer.named(args.model)
    print(f"evidence: {time.time() - began:.0f} s", flush=True)
    fitted = [fit.fit(fit.half_of(sets, half), names) for half in (0, 1)]
    for fold, (model, rows) in enumerate(zip(models, held_out)):
        run.write(model, rows, fold, *fitted[1 - fold % 2])
    held = fit.measure(sets, names, fitted)
    print("\n".join(fit.report(held)))
    # What was fitted without the voices of a half.
    for half in (0, 1):
        run.write(os.path.join(args.work, f"voices-{half}.lvrm"), whole, None, *fitted[1 - half])
    # What never heard of the built-in commands, fitted without the requests that it answers.
    for half in () if args.quick else (0, 1):
        path = os.path.join(args.work, f"built-in-{half}.lvrm")
        run.write(path, run.table(prepare.BUILT_IN), prepare.BUILT_IN, *fitted[1 - half])
    rank, calibrator = fit.fit(sets, names)
    provenance = {
        "teacher": "sentence-transformers/all-MiniLM-L6-v2, Apache-2.0",
        "texts": ["the built-in pack and the phrase bank, MIT", "NL2Bash (development half), MIT", "tldr-pages, CC BY 4.0"],
        "everyday_commands": len(prepared.everyday),
        "phrases": prepared.taught.shape[0],
        "epochs": run.epochs,
        "cross_fitted": fit.report(held, (fit.SURE,)),
    }
    name = run.write(args.model, whole, None, rank, calibrator, provenance)
    print(f"{name}: {os.path.getsize(args.model)} bytes")

    kept = [answer for answer in sets["real", 9] if len(answer[1].commands)][:FIXTURE_QUERIES]
    index, _ = tables.real(run.gatherer.pack, [], [], 9)
    commands = [entry["command"] for entry in run.gatherer.pack]
    size = prepared.size
    answers = {"index": index, "commands": commands, "answers": kept}
    made = fixtures.make(prepared.reader, prepared.pieces, whole[:size], modelfile.WIDE, rank, calibrator, names, answers)
    fixtures.write(args.fixture, made)
    print(f"{time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
