"""Writes docs/ACCURACY.md: the shipped matcher on the development data, beside baselines on the same phrases. See README.md."""

import argparse
import datetime
import glob
import json
import os
import platform
import statistics
import tempfile

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import accuracy_page as page  # noqa: E402
import baselines  # noqa: E402
import corpus  # noqa: E402
import figures  # noqa: E402
import matcher  # noqa: E402
import tables  # noqa: E402
import teacher  # noqa: E402

ROOT = matcher.ROOT
SIZES = (25, 9, 4, 1)
CLINC_PHRASES = (5, 20)
DRAWS = ("nl2bash-67", "nl2bash-1k", "tldr-1k")


class Measured:
    """Everything that the page shows."""

    def __init__(self, args, folder):
        self.data, self.folder = args.data, folder
        self.lever = matcher.Lever(args.lever)
        self.evidence, self.model = args.evidence, args.model
        self.shipped = matcher.Model(args.model)
        self.held_out = matcher.without(args.work, "fold", corpus.FOLDS) if args.work else None
        self.voiced = matcher.without(args.work, "voices", 2) if args.work else None
        self.unacquainted = matcher.without(args.work, "built-in", 2) if args.work else None
        cache = os.path.join(args.work or folder, "teacher.db")
        self.methods = [baselines.Bm25(), baselines.MiniLm(teacher.Teacher(cache))]
        self.values = {}

    def path(self, *parts):
        return os.path.join(self.data, *parts)

    def run(self):
        for step in (self.everyday, self.voices, self.bank, self.literal, self.intents, self.slots):
            print(f"{step.__name__} ..", flush=True)
            step()
        return self.values

    def compare(self, *options, hashed=True):
        """Figures of the matcher and of the baselines for one call of `lever eval`, and the matcher's own answers."""
        told, trials = self.lever.evaluate(*options)
        answers = [answer for trial in trials for answer in trial["answers"]]
        made = {"lever": figures.measure(answers)}
        self.check(told, made["lever"])
        if hashed:
            _, others = self.lever.evaluate(*options, embedder="hash")
            made["hash"] = figures.measure([answer for trial in others for answer in trial["answers"]])
        for method in self.methods:
            made[method.name] = figures.measure([answer for trial in trials for answer in baselines.ask(method, trial)])
        return made, answers, trials, told

    @staticmethod
    def check(told, measured):
        """Two programs that count the same answers must agree."""
        pairs = ((told["top_1"], "top1"), (told["top_3"], "top3"), (told["coverage"], "run"), (told["wrong_share"], "wrong_share"))
        for said, name in pairs:
            if abs(100 * said - measured[name]) > 1e-6:
                raise SystemExit(f"lever eval says {100 * said} for {name}, the answers say {measured[name]}")

    def everyday(self):
        """Colloquial requests to the built-in commands, by how many phrases each carries."""
        options = [self.path("first-minute-dev.jsonl"), "--out-of-scope", self.path("out-of-scope-dev.jsonl")]
        for size in SIZES:
            made, answers, trials, told = self.compare(*options, "--phrases", str(size))
            self.values["everyday", size] = made
            if size == SIZES[0]:
                self.values["calibration"] = figures.calibration(answers)
                self.values["took"] = told["took_us"]
                _, opaque = self.lever.evaluate(*options, "--phrases", str(size), "--opaque")
                self.values["everyday opaque"] = figures.measure(opaque[0]["answers"])
                queries = [(answer["text"], answer["right"], 0) for answer in trials[0]["answers"]]
                _, nearest = matcher.ask(self.evidence, [self.model, self.model], trials[0]["entries"], queries, opaque=True)
                self.values["everyday nearest"] = figures.measure(nearest)

    def voices(self):
        """Requests by other hands: the project's own, and those beside the development data, where there are any."""
        folders = {"data/requests": os.path.join(ROOT, "data/requests"), "development data": self.path("requests")}
        entries, asked = {}, []
        for named, folder in folders.items():
            for file in sorted(glob.glob(os.path.join(folder, "everyday-*.jsonl"))):
                voice = os.path.basename(file).removeprefix("everyday-").removesuffix(".jsonl")
                beside = os.path.join(folder, f"out-of-scope-{voice}.jsonl")
                options = [file, *(["--out-of-scope", beside] if os.path.exists(beside) else [])]
                for size in (25, 1):
                    made, answers, trials, _ = self.compare(*options, "--phrases", str(size))
                    half = next((at for at, voices in enumerate(corpus.VOICES) if voice in voices), None)
                    if self.voiced and named == "data/requests" and half is not None:
                        queries = [(answer["text"], answer["right"], half) for answer in answers]
                        without, _ = matcher.ask(self.evidence, self.voiced, trials[0]["entries"], queries)
                        made["without"] = figures.measure(without)
                    self.values["voice", f"{named}, {voice}", size] = made
                    if size == 25:
                        entries, asked = trials[0]["entries"], asked + answers
        self.values["commands"] = by_command(entries, asked)

    def bank(self):
        """A command taught with one phrase, with and without what the bank knows."""
        options = [self.path("first-minute-dev.jsonl"), "--out-of-scope", self.path("out-of-scope-dev.jsonl"), "--phrases", "1", "--bank"]
        for embedder in ("auto", "hash"):
            for mode in ("off", "on", "others"):
                _, trials = self.lever.evaluate(*options, mode, embedder=embedder)
                answers = [answer for trial in trials for answer in trial["answers"]]
                self.values["bank", embedder, mode] = figures.measure(answers)
                if mode == "off":
                    without = answers
            # Requests that commands of several quarters answer are not among the others: the same ones without the bank.
            asked = {answer["text"] for answer in answers}
            self.values["bank", embedder, "off, of others"] = figures.measure([answer for answer in without if answer["text"] in asked])
        pack = corpus.read_pack(os.path.join(ROOT, "packages/lever-runner/pack"))
        if self.unacquainted:
            _, asked = tables.real(pack, corpus.lines(options[0]), corpus.lines(options[2]))
            self.brought_along("bank", "unacquainted", self.unacquainted, pack, [(text, right, fold % 2) for text, right, fold in asked])
        halves = enumerate(corpus.asked_by_half(os.path.join(ROOT, "data/requests"), pack))
        asked = [(text, right, half) for half, asked in halves for text, right in asked]
        self.brought_along("bank, voices", "hash", ["hash", "hash"], pack, asked)
        if self.voiced:
            self.brought_along("bank, voices", "auto", self.voiced, pack, asked)
        if self.unacquainted:
            self.brought_along("bank, voices", "unacquainted", self.unacquainted, pack, asked)

    def brought_along(self, key, embedder, models, pack, asked):
        """Built-in commands with their first phrase, alone and with the others as the bank brings them along, by the core alone."""
        queries = [(text, sorted(right) or None, half) for text, right, half in asked]
        for mode, most in (("off", 1), ("on", None)):
            entries = [{**entry, "phrases": entry["phrases"][:most]} for entry in pack]
            answers, _ = matcher.ask(self.evidence, models, entries, queries, banked=True)
            self.values[key, embedder, mode] = figures.measure(answers)

    def literal(self):
        """Long technical requests, one phrase a command, by tables that never saw the command's form."""
        groups = corpus.read_nl2bash(self.path("nl2bash-dev-groups.jsonl"))
        known = {text: group["fold"] for group in groups for text in group["nl"]}
        models = self.held_out or [self.model] * corpus.FOLDS
        for name in DRAWS:
            made = {"lever": [], "nearest": [], "opaque": [], "opaque nearest": [], "BM25": [], "MiniLM": []}
            for draw in corpus.lines(self.path(f"{name}.dev.jsonl")):
                entries, queries = matcher.draw_trial(draw, known)
                for opaque in ("", "opaque "):
                    ranked, nearest = matcher.ask(self.evidence, models, entries, queries, opaque=bool(opaque))
                    made[opaque.strip() or "lever"] += ranked
                    made[f"{opaque}nearest"] += nearest
                trial = {"entries": entries, "answers": [{"text": text, "right": right} for text, right, _ in queries]}
                for method in self.methods:
                    made[method.name] += baselines.ask(method, trial)
            self.values["literal", name] = {method: figures.measure(answers) for method, answers in made.items()}

    def intents(self):
        """CLINC150: commands that say nothing, and requests about none of them."""
        for count in CLINC_PHRASES:
            _, trials = self.lever.evaluate(self.path("clinc-dev.json"), "--phrases", str(count))
            answers = trials[0]["answers"]
            made = {"lever": figures.measure(answers)}
            refused = 100 - made["lever"]["beside_share"]
            for method in self.methods:
                others = baselines.ask(method, trials[0])
                made[method.name] = figures.measure(others) | {"answered": figures.answered_at(others, refused)}
            made["lever"]["answered"] = made["lever"]["run_right"]
            self.values["clinc", count] = made

    def slots(self):
        own = os.path.join(ROOT, "data/requests")
        files = {"slots-dev": self.path("slots-dev.jsonl"), "slots-dev-hard": self.path("slots-dev-hard.jsonl")}
        files |= {f"data/requests, {os.path.basename(file)[6:-6]}": file for file in sorted(glob.glob(os.path.join(own, "slots-*.jsonl")))}
        for name, file in files.items():
            told, _ = self.lever.evaluate(file)
            self.values["slots", name] = told["values"] | {"decided": told["decided"]}


def by_command(entries, answers):
    """For each command what was said of requests for it and how often it was right; the furthest apart first."""
    those = {}
    for answer in answers:
        for command in answer["right"] or []:
            those.setdefault(command, []).append(answer)
    rows = []
    for command, asked in those.items():
        said = statistics.mean(answer["probability"] for answer in asked)
        right = statistics.mean(answer["rank"] == 1 for answer in asked)
        wrong = sum(answer["decided"] and not answer["correct"] for answer in asked)
        rows.append((entries[command]["phrases"][0], len(asked), 100 * said, 100 * right, sum(answer["decided"] for answer in asked), wrong))
    return sorted(rows, key=lambda row: (-row[5], row[3] - row[2], row[0]))


def speed(folder):
    """Medians in microseconds that `cargo bench` left there: by the bench's name for the core, and for all of a match."""
    found = {"core": {}, "catalog": {}}
    for group, key in (("decision", "core"), ("catalog", "catalog")):
        for file in sorted(glob.glob(os.path.join(folder, group, "*", "new", "benchmark.json"))):
            with open(file, encoding="utf-8") as about, open(os.path.join(os.path.dirname(file), "estimates.json"), encoding="utf-8") as text:
                found[key][json.load(about)["function_id"]] = json.load(text)["median"]["point_estimate"] / 1000
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("LEVER_TEST_DATA"), help="folder of development data; LEVER_TEST_DATA")
    parser.add_argument("--work", help="the folder that train.py kept its results in: without it literal requests are not held out")
    parser.add_argument("--lever", default=os.path.join(ROOT, "packages/lever-runner/bin/lever.cjs"))
    parser.add_argument("--evidence", default=os.path.join(ROOT, "target/release/examples/evidence"))
    parser.add_argument("--model", default=os.path.join(ROOT, "crates/lever-core/model/lever.lvrm"))
    parser.add_argument("--speed", default=os.path.join(ROOT, "target/criterion"), help="where `cargo bench` left its results")
    parser.add_argument("--write", default=os.path.join(ROOT, "docs/ACCURACY.md"))
    args = parser.parse_args()
    if not args.data:
        raise SystemExit("no development data: --data FOLDER, or LEVER_TEST_DATA")
    with tempfile.TemporaryDirectory() as folder:
        measured = Measured(args, folder)
        values = measured.run()
        about = {
            "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
            "model": measured.shipped.provenance,
            "bytes": os.path.getsize(args.model),
            "held_out": measured.held_out is not None,
            "speed": speed(args.speed),
        }
    with open(args.write, "w", encoding="utf-8") as file:
        file.write(page.page(values, about))


if __name__ == "__main__":
    main()
