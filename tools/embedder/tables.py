"""Tables of phrases, and queries whose right commands are known."""

import collections
import itertools
import random
import re

import beside
from corpus import FOLDS, HOLE, fold as fold_of, number

# What stands for a parameter where a phrase is used as a request.
VALUES = {
    "service": "nginx postgresql cron redis sshd mysql apache2 grafana-server cups bluetooth",
    "container": "web api db redis-1 worker my_app nginx postgres",
    "file": "notes.txt app.log config.yml report.pdf main.py data.csv index.html ./todo.md /etc/hosts ~/letter.doc",
    "archive": "backup.zip logs.tar.gz site.tgz",
    "name": "chrome firefox node web01 backup python readme alice deploy",
    "package": "htop curl numpy ripgrep vim requests git",
    "dir": "~/docs ./src /var/log photos build ~/Downloads backup/",
    "host": "example.org 10.0.0.5 web01.lan google.com 192.168.1.20 db-server",
    "url": "https://example.org https://github.com/foo/bar http://localhost:8080/api",
    "branch": "main feature/login dev old-ui hotfix-12",
    "user": "alice bob root www-data deploy",
    "text": "TODO error timeout password foo",
    "image": "nginx:1.27 ubuntu alpine:3 postgres",
    "n": "5 10 20 50 3 100",
    "port": "8080 443 22 5432 3000",
    "pid": "1234 4242 991",
    "size": "100M 2G 500K",
}
LIKE = {
    "folder": "dir", "path": "file", "source": "file", "target": "file", "old": "file", "new": "file", "link": "file",
    "domain": "host", "days": "n", "count": "n", "minutes": "n", "lines": "n", "depth": "n", "message": "text", "word": "text",
    "commit": "branch", "tag": "branch",
}


def accepts(request, command):
    """Whether the command answers the request, with the request's values in its parameters."""
    holes = list(dict.fromkeys(HOLE.findall(command)))
    if len(holes) > 3:
        return False
    pattern = re.compile(request["accept"])
    values = [*request["params"].values(), "x"]
    for choice in itertools.product(values, repeat=len(holes)):
        bound = dict(zip(holes, choice))
        if pattern.search(HOLE.sub(lambda hole: bound[hole[1]], command)):
            return True
    return False


def fill(phrase, chance):
    """The phrase as somebody would say it: with values for its parameters."""

    def value(hole):
        name = LIKE.get(hole[1], hole[1])
        return chance.choice(VALUES.get(name, VALUES["name"]).split())

    return HOLE.sub(value, phrase)


def fold(request):
    """Requests for one command, whatever their values, are in the same fold."""
    pattern = request["accept"]
    for value in request["params"].values():
        pattern = pattern.replace(re.escape(value), "").replace(value, "")
    return number(pattern) % FOLDS


def real(table, requests, out_of_scope, count=None):
    """The table with `count` phrases a command, and real requests: (text, right commands, fold)."""
    index = [(number, phrase) for number, entry in enumerate(table) for phrase in entry["phrases"][:count]]
    queries = []
    for request in requests:
        right = {number for number, entry in enumerate(table) if accepts(request, entry["command"])}
        if right:
            queries.append((request["text"], right, fold(request)))
    queries += [(request["text"], set(), number(request["text"]) % FOLDS) for request in out_of_scope]
    return index, queries


def held_out(table, folds, sizes, tag):
    """For each fold a table without some phrases and commands, those phrases as queries, and requests that nothing answers, made
    of them."""
    words = known_words(table)
    for fold in range(folds):
        index, queries, beyond = [], [], []
        for command, entry in enumerate(table):
            phrases = entry["phrases"]
            own = number(entry["command"])
            chance = random.Random(own + fold)
            held = [at for at in range(1, len(phrases)) if (at * 7 + own) % folds == fold]
            gone = number(entry["command"] + tag) % 8 == fold % 8
            right = set() if gone else {command}
            queries += [(fill(phrases[at], chance), right, fold_of(phrases[at])) for at in held]
            for at in held:
                made = beside.make(fill(phrases[at], chance), words[program(entry)], chance)
                beyond += [(made, set(), fold_of(phrases[at]))] if made else []
            if not gone:
                left = [at for at in range(1, len(phrases)) if at not in held]
                kept = chance.sample(left, min(len(left), chance.choice(sizes) - 1))
                index += [(command, phrases[at]) for at in [0, *kept]]
        yield index, queries, beyond


def banked(table, left=lambda command: False):
    """The table with one phrase a command and weak ones, as the bank brings them along, but for those that are `left`."""
    return [(number, phrase, at > 0) for number, entry in enumerate(table) for at, phrase in enumerate(entry["phrases"]) if at == 0 or not left(number)]


def weakened(index, share, seed):
    """The index with weak phrases for so great a share of the commands, and none for the others; a command's first phrase is its own."""
    first, made = set(), []
    for command, phrase in index:
        if command not in first:
            made.append((command, phrase, False))
        elif number(f"{command} weakened {seed}") % 100 < 100 * share:
            made.append((command, phrase, True))
        first.add(command)
    return made


def foreign(table, others, folds):
    """For each fold some phrases of commands whose programs the table lacks: nothing of the table answers them."""
    programs = {program(entry) for entry in table}
    lines = [phrase for entry in others if program(entry) not in programs for phrase in entry["phrases"]]
    for fold in range(folds):
        own = [phrase for phrase in lines if number(phrase + "foreign") % (2 * folds) == fold]
        yield [(fill(phrase, random.Random(number(phrase))), set(), fold_of(phrase)) for phrase in own]


def hidden(commands, share):
    """The commands with so great a share of them said by names that say nothing, as scripts of somebody's own are."""
    return [f"./s{at + 1}.sh" if number(command + "hidden") % 100 < 100 * share else command for at, command in enumerate(commands)]


def drawn(groups, others, size, seed):
    """A table of `size` literal commands with a phrase each, `others` among them, and requests: the groups' other phrases, and those
    of groups that the table lacks. `groups`: of NL2Bash; `others`: (phrase, command)."""
    chance = random.Random(seed)
    several = [group for group in groups if len(group["nl"]) > 1]
    chosen = chance.sample(several, min(size, len(several)))
    index, commands, queries = [], [], []
    for group in chosen:
        first, *rest = chance.sample(group["nl"], len(group["nl"]))
        queries += [(text, {len(commands)}, group["fold"]) for text in rest]
        index.append((len(commands), first))
        commands.append(group["command"])
    beside = others or [(group["nl"][0], group["command"]) for group in groups if len(group["nl"]) == 1]
    for phrase, command in chance.sample(beside, size - len(chosen)):
        index.append((len(commands), phrase))
        commands.append(command)
    known = set(commands)
    lacking = [group for group in groups if group["command"] not in known]
    for group in chance.sample(lacking, 3 * len(queries) // 4):
        queries.append((chance.choice(group["nl"]), set(), group["fold"]))
    return index, commands, queries


def paired(groups, described, pairs, size, seed):
    """A table of `size` described commands, as tldr's pages are, and requests for those that a group of literal requests is paired
    with; a third of these are gone."""
    chance = random.Random(seed)
    wanted = sorted({at for places in pairs for at in places})
    gone = set(chance.sample(wanted, len(wanted) // 3))
    others = sorted(set(range(len(described))) - set(wanted))
    chosen = sorted(set(wanted) - gone) + chance.sample(others, size - len(wanted) + len(gone))
    place = {at: number for number, at in enumerate(chosen)}
    queries = []
    for group, places in zip(groups, pairs):
        for text in chance.sample(group["nl"], min(2, len(group["nl"]))) if places else ():
            queries.append((text, {place[at] for at in places if at in place}, group["fold"]))
    return [(number, described[at][0]) for number, at in enumerate(chosen)], [described[at][1] for at in chosen], queries


def scripts(entries, size, seed, beside=()):
    """A table of scripts with `size` phrases each, some of them gone, after the commands of `beside`; their other phrases are requests,
    a domain in one fold."""
    chance = random.Random(seed)
    index = [(number, phrase) for number, entry in enumerate(beside) for phrase in entry["phrases"]]
    commands, queries = [entry["command"] for entry in beside], []
    for entry in entries:
        phrases = chance.sample(entry["phrases"], len(entry["phrases"]))
        gone = number(entry["command"] + "scripts") % 5 == seed % 5
        right = set() if gone else {len(commands)}
        queries += [(phrase, right, number(entry["domain"]) % FOLDS) for phrase in phrases[size:]]
        index += [] if gone else [(len(commands), phrase) for phrase in phrases[:size]]
        commands.append(entry["command"])
    return index, commands, queries


# Things of somebody's own that only a name tells apart: what is asked for, and how.
NAMED = ("logs disks ports users branches settings", "box host web node site db", "show the {thing} of the {kind} {name} now")
NAMED_ASKED = (
    "what are the {thing} of the {kind} {name}", "{name} {thing}", "get me the {thing} on {name} please", "show {thing} of {kind} {name}",
    "{thing} for {name}?", "i need the {thing} of {kind} {name}",
)


def named(size, seed):
    """A table of `size` commands whose phrases differ by a name and little else, and requests by those names, some of which it lacks."""
    chance = random.Random(seed)
    things, kinds = NAMED[0].split(), NAMED[1].split()
    index, commands, queries = [], [], []
    for at in chance.sample(range(3 * size), size + size // 4):
        kind = kinds[at % len(kinds)] if seed % 2 else kinds[seed % len(kinds)]
        said = {"thing": things[at % len(things)], "kind": kind, "name": f"{kind}{at}"}
        right = {len(commands)} if len(commands) < size else set()
        if right:
            index.append((len(commands), NAMED[2].format(**said)))
            commands.append("cat /srv/{name}/{thing}".format(**said))
        asked = chance.sample(NAMED_ASKED, 2) if right else NAMED_ASKED[:1]
        queries += [(text.format(**said), right, at % FOLDS) for text in asked]
    return index, commands, queries


def program(entry):
    """The program that an entry's command is about."""
    words = entry["command"].split()
    return next((word for word in words if word != "sudo" and "=" not in word), "")


def known_words(table):
    """The words that phrases for each program use."""
    known = collections.defaultdict(set)
    for entry in table:
        known[program(entry)].update(word for phrase in entry["phrases"] for word in phrase.lower().split())
    return known
