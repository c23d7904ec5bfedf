"""What the trainer reads: groups of texts that mean the same, with their command, and texts without a group."""

import collections
import glob
import hashlib
import io
import json
import os
import re
import subprocess
import tarfile

# Tables are trained without one fold of the phrases and command forms; two folds, the even or the odd ones, are a half.
FOLDS = 4
HOLE = re.compile(r"\{\{(\w+)[^}]*\}\}")


def number(text):
    """A number for a text, the same in every run."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


def fold(phrase):
    """The fold, 0 to FOLDS - 1, of the everyday phrases that a phrase is in."""
    return number(phrase) % FOLDS


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def folder(path):
    return [entry for file in sorted(glob.glob(os.path.join(path, "*.jsonl"))) for entry in lines(file)]


def plain(phrase):
    """A phrase as text: a parameter by its name."""
    return HOLE.sub(r"\1", phrase)


def read_pack(path):
    """The built-in commands: [{command, phrases}], the canonical phrase first."""
    return [{"id": entry["id"], "command": entry["command"], "phrases": [entry["phrase"], *entry.get("aliases", [])]} for entry in folder(path)]


def read_bank(path):
    """A phrase bank in the same form; one command, however often it stands there, is one entry."""
    table = {}
    for entry in folder(path):
        known = table.setdefault(entry["command"], {"command": entry["command"], "phrases": [entry["canonical"]]})
        known["phrases"] += entry["phrases"]
    return list(table.values())


def signature(command):
    """Two spellings of one command have the same: holes by place, quotes apart."""
    return re.sub(r"\s+", " ", HOLE.sub("{}", command).replace('"', "").replace("'", "")).strip()


def merge(*tables):
    """Entries of one command joined, so that no table calls another's phrases wrong."""
    joined = {}
    for table in tables:
        for entry in table:
            known = joined.setdefault(signature(entry["command"]), {"command": entry["command"], "phrases": []})
            known["phrases"] += [phrase for phrase in entry["phrases"] if phrase not in known["phrases"]]
    return list(joined.values())


def template(command):
    """A literal command's form: commands of one form go to one fold."""
    form = re.sub(r"'[^']*'|\"[^\"]*\"", "_", command)
    return " ".join(word if re.fullmatch(r"-{1,2}[\w-]+|[a-z][a-z0-9_-]*|[|;&<>]+", word) else "_" for word in form.split())


def read_nl2bash(path):
    """Groups of literal requests, each with the fold that its command's form is in."""
    groups = lines(path)
    for group in groups:
        group["fold"] = number(template(group["command"])) % FOLDS
    return groups


def read_tldr(path):
    """[(description, command)] of the tldr pages of commands that a Unix has."""
    raw = subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout
    pairs = []
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            if not member.name.endswith(".md"):
                continue
            text = archive.extractfile(member).read().decode()
            pairs += re.findall(r"^- (.+):\n\n`(.+)`$", text, re.M)
    return pairs


# Programs of which the word after them says what they do.
MANIFOLD = {"git", "docker", "brew", "apt", "systemctl", "npm", "ip", "svn", "hg"}


def outline(command):
    """Program, subcommand and options of a command without operators; None for another."""
    command = re.sub(r"\{\{\[(-[^|\]]*)\|[^\]]*\]\}\}", r"\1", command)
    words = command.removeprefix("sudo ").split()
    if re.search(r"[|;&<>`]|\$\(", command) or not words or not re.fullmatch(r"[a-z][\w.-]*", words[0]):
        return None
    options = set()
    for word in words[1:]:
        word = word.strip("'\"")
        if re.fullmatch(r"--[a-z][\w-]*(=.*)?", word):
            options.add(word.split("=")[0])
        elif re.fullmatch(r"-[a-zA-Z]+", word):
            # Short options may be joined, but those of find are words.
            options |= {word} if words[0] == "find" else {f"-{letter}" for letter in word[1:]}
    second = words[1] if len(words) > 1 and words[0] in MANIFOLD else ""
    return words[0], second, tuple(sorted(options))


def alike(commands):
    """Tells whether a command has the form or the outline of one of these."""
    forms, outlines = {template(command) for command in commands}, {outline(command) for command in commands} - {None}
    return lambda command: template(command) in forms or outline(command) in outlines


def paired(groups, described, most=3, crowd=8):
    """For each group the places of the descriptions that have a command of the same outline; none where more than `most` have, or
    more than `crowd` groups."""
    places = {}
    for at, (_, command) in enumerate(described):
        places.setdefault(outline(command), []).append(at)
    places.pop(None, None)
    outlines = [outline(group["command"]) for group in groups]
    uses = collections.Counter(outlines)
    found = [places.get(said, []) if uses[said] <= crowd else [] for said in outlines]
    return [few if len(few) <= most else [] for few in found]


# Those who asked, by the half that each of them is in.
VOICES = ("ac", "bd")


def asked_by_half(path, pack):
    """Requests of all voices, as `asked` has them: a list for each half of the voices."""
    return [[request for voice in voices for request in asked(path, voice, pack)] for voices in VOICES]


def asked(path, voice, pack):
    """Requests of one voice: [(text, set of the right commands' places in the pack)], empty where none answers."""
    place = {entry["id"]: number for number, entry in enumerate(pack)}
    everyday = [(entry["text"], {place[entry["id"]]}) for entry in lines(os.path.join(path, f"everyday-{voice}.jsonl"))]
    return everyday + [(entry["text"], set()) for entry in lines(os.path.join(path, f"out-of-scope-{voice}.jsonl"))]
