"""Writes what `crates/lever-core/tests/learned.rs` compares the Rust inference with: tokens, vectors, probabilities as the
trainer has them. Texts are our own, put together from PARTS by a generator that the test has too."""

import json

import modelfile
import ranker
import table

TEXTS, BLOCK = 5000, 50

PARTS = """show list find the all my files folder disk space memory ram how much is left what whats eating why so slow please could you
docker containers restart nginx service logs of last 50 lines app.log port 8080 who listening kill process pid 1234 branch commit undo
git stash push origin main python3 version node_modules venv update upgrade packages installed café naïve größe größte über
résumé señor Ångström élève łódź İstanbul straße файлы диск память 日本語 ディスク 内存 磁盘空间 디스크 مساحة δίσκος ไฟล์ हिंदी עברית 🙂 🚀
memroy contianers lsit shwo dsik utf-8 x86_64 h264 ipv4 web01 feature/login ~/docs ./src /etc/hosts *.txt {a,b} $HOME 10.0.0.5
https://example.org/a?b=c user@host 20% 3.14 -1 1,000 100MB don't can't it's "quoted words" 'single' `tick` a/b c++ foo_bar foo-bar
supercalifragilisticexpialidocious zzzzqqqq antidisestablishmentarianism x y z ok uh pls thx q̃ ﬁle ｗｉｄｅ ① ½ e\u0301 n\u0303o""".split()


def texts():
    state, made = 20240229, []

    def draw(below):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (state >> 33) % below

    for _ in range(TEXTS):
        made.append(" ".join(PARTS[draw(len(PARTS))] for _ in range(1 + draw(9))))
    return made


def fingerprint(rows, state=0xCBF29CE484222325):
    """FNV-1a over the rows of one text, and a mark for its end."""
    for value in [*rows, 0xFFFFFFFF]:
        for byte in value.to_bytes(4, "little"):
            state = ((state ^ byte) * 0x100000001B3) % (1 << 64)
    return state


def make(reader, pieces, tokens, wide, weights, calibrator, names, answers):
    """`answers`: some (query, Found) with the index they come from, for probabilities."""
    made = texts()
    rows = [pieces.tokenize(terms) for terms in reader.read("request", made)]
    blocks = []
    for start in range(0, TEXTS, BLOCK):
        state = 0xCBF29CE484222325
        for one in rows[start : start + BLOCK]:
            state = fingerprint(one, state)
        blocks.append(f"{state:016x}")
    read = modelfile.quantise(tokens, wide)[2]
    some = [at for at in range(0, TEXTS, 100) if rows[at]]
    vectors = table.unit(table.counts([rows[at] for at in some], len(read)) @ read)
    scored = ranker.rank(answers["answers"], weights, names)
    chances = ranker.chances(scored, calibrator)
    return {
        "parts": PARTS,
        "blocks": blocks,
        "tokens": {"text": made[7], "rows": rows[7]},
        "vectors": [{"text": made[at], "vector": [round(float(x), 6) for x in vector]} for at, vector in zip(some, vectors)],
        "index": [{"command": command, "phrase": phrase} for command, phrase in answers["index"]],
        "commands": answers["commands"],
        "decisions": [
            {"request": query[0], "command": commands[0], "rank": float(evidence[names.index("rank")]), "probability": float(chance)}
            for (query, commands, evidence), chance in zip(scored, chances)
            if commands
        ],
    }


def write(path, made):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(made, file, ensure_ascii=True)
        file.write("\n")
