import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BIN, makeFolder, Person } from "./lever.ts";

/** One clear line, perhaps a caret and a hint below; no stack trace. */
function expectPlain(stderr: string): void {
  expect(stderr).toMatch(/^lever: .{10,}/);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(stderr.trimEnd().split("\n").length).toBeLessThan(6);
}

describe("requests that are none", () => {
  it.each([
    ["empty", ""],
    ["spaces", "   "],
    ["a control character", "check\u0007disk"],
    ["an escape", "check \u001b[2J disk usage"],
    ["a direction override", "check \u202Edisk usage"],
    ["a zero-width space", "check\u200Bdisk usage"],
    ["100,000 characters", "disk ".repeat(20_000)],
  ])("%s", async (_, text) => {
    const { code, stdout, stderr } = await new Person().lever([text]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expectPlain(stderr);
  });

  it("says which character it is and where", async () => {
    const { stderr } = await new Person().lever(["check \u202Edisk usage"]);
    expect(stderr).toContain("U+202E");
  });

  it("answers each line of standard input, the bad ones too", async () => {
    const lines = ["check disk usage", "", "x\u0000y", "a".repeat(10 * 1024 * 1024), "memory usage"];
    const bytes = Buffer.concat([Buffer.from(lines.join("\n")), Buffer.from([0x0a, 0xff, 0xfe, 0x0a])]);
    const { code, stdout } = await new Person().lever(["match", "-"], { input: bytes });
    const answers = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { kind?: string; error?: { code: string } });
    expect(answers.map(({ kind, error }) => error?.code ?? kind)).toEqual([
      "exact",
      "request_invalid",
      "request_invalid",
      "request_invalid",
      expect.stringMatching(/exact|sure|likely/),
      "request_invalid",
    ]);
    expect(code).toBe(0);
  });
});

describe("an option that is given twice", () => {
  it("is refused where it takes one value, and nothing is taught", async () => {
    const person = new Person();
    const taught = await person.lever(["teach", "say it", "--command", "true", "--command", "false"]);
    expect(taught.code).toBe(2);
    expectPlain(taught.stderr);
    expect(taught.stderr).toContain("--command is given twice");
    expect((await person.lever(["show", "say it"])).code).toBe(2);
    const measured = await person.lever(["eval", BIN, "--out-of-scope", "a", "--out-of-scope", "b"]);
    expect(measured.stderr).toContain("--out-of-scope is given twice");
  });

  it("is a list where it takes one", async () => {
    const person = new Person();
    await person.lever(["teach", "say it", "--command", "echo it", "--alias", "tell it", "--alias", "it please"]);
    for (const request of ["tell it", "it please"]) expect((await person.lever([request])).stdout).toBe("it\n");
  });
});

describe("what is typed a little wrong", () => {
  it.each([
    [["serve", "--port", "abc"], "port"],
    [["serve", "--bind", "0.0.0.0"], "token"],
    [["teach", "show", "logs", "-c", "ls"], "quotes"],
    [["trust", "check disk usage", ""], "0 to 100"],
    [["log", "--limit", "abc"], "--limit"],
    [["list", "--tag"], "tag"],
  ])("%j is a mistake of the user's, with what to do", async (argv, word) => {
    const { code, stdout, stderr } = await new Person().lever(argv);
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
    expectPlain(stderr);
    expect(stderr).toContain(word);
    expect(stderr).not.toContain("something broke");
  });

  it("names the line of an evaluation that lacks something", async () => {
    const person = new Person();
    const file = join(person.home, "asked.jsonl");
    writeFileSync(file, '{"text":"ram usage","id":"memory-usage"}\n{"text":"x"}\n');
    const { code, stderr } = await person.lever(["eval", file]);
    expect(code).toBe(2);
    expect(stderr).toContain("request 2 has no text for “id”");
  });

  it("takes options of every subcommand before it, too", async () => {
    const { code, stdout } = await new Person().lever(["--json", "stats"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty("commands");
  });

  it("takes a folder for the store from where one stands", async () => {
    const person = new Person();
    const { code, stdout } = await person.lever(["check disk usage"], { env: { LEVER_HOME: "rel" } });
    expect(code).toBe(0);
    expect(stdout).toContain("Filesystem");
  });
});

describe("an output that is full", () => {
  it.each([["list"], ["config"], ["--help"]])("is told in a line: %s", (subcommand) => {
    const person = new Person();
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [BIN, subcommand], {
      env: person.environment,
      encoding: "utf8",
      stdio: ["ignore", full, "pipe"],
    });
    closeSync(full);
    expect(status).toBe(125);
    expectPlain(stderr);
  });
});

describe("words that begin with a dash", () => {
  it("are a subcommand's own words after --", async () => {
    const person = new Person();
    await person.lever(["teach", "--command", "echo it", "--", "-x now"]);
    expect((await person.lever(["show", "--", "-x now"])).stdout).toContain("echo it");
    expect((await person.lever(["trust", "--json", "--", "-x now", "80"])).code).toBe(0);
    expect((await person.lever(["--", "-x now"])).stdout).toBe("it\n");
    expect((await person.lever(["forget", "--", "-x now"])).code).toBe(0);
    expect((await person.lever(["show", "--", "-x now"])).code).toBe(2);
  });

  it("are options before it, and the message tells of --", async () => {
    const { code, stderr } = await new Person().lever(["show", "-x"]);
    expect(code).toBe(2);
    expectPlain(stderr);
    expect(stderr).toContain("put -- before words that begin with a dash");
  });
});

describe("bytes that are no UTF-8", () => {
  /** Through a shell: Node itself cannot hand on such bytes. */
  const lever = (person: Person, tail: string): { status: number | null; stderr: string } => {
    const script = `exec "$0" "$1" ${tail}`;
    return spawnSync("sh", ["-c", script, process.execPath, BIN], { env: person.environment, encoding: "utf8" });
  };

  it("are no value, and no other file is read in its place", async () => {
    const person = new Person();
    await person.lever(["teach", "print {{file:path}}", "--command", "cat {{file}}"]);
    writeFileSync(join(person.home, "a\uFFFD"), "the wrong file");
    const { status, stderr } = lever(person, `run "print b.txt" --param file="$HOME/$(printf 'a\\377')"`);
    expect(status).toBe(2);
    expectPlain(stderr);
    expect(stderr).toContain("not valid UTF-8");
  });

  it("and the character that stands for them elsewhere is one like any other", async () => {
    const person = new Person();
    await person.lever(["teach", "print {{file:path}}", "--command", "cat {{file}}"]);
    writeFileSync(join(person.home, "a\uFFFD"), "the right file");
    const file = join(person.home, "a\uFFFD");
    expect((await person.lever(["run", "print b.txt", "--param", `file=${file}`, "--yes"])).stdout).toBe(
      "the right file",
    );
  });
});

describe("usage", () => {
  it.each([
    [["--colour", "red"]],
    [["x", "--timeout", "soon"]],
    [["teach"]],
    [["teach", "x"]],
    [["list", "--nothing"]],
    [["show", "no such command"]],
    [["trust", "check disk usage", "101"]],
    [["teach", "x", "--command", "df", "--allow", "everything"]],
    [["x", "--namespace", "../../etc"]],
  ])("%j is exit 2 and one line", async (args) => {
    const { code, stdout, stderr } = await new Person().lever(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expectPlain(stderr);
  });

  it("puts the error in the record with --json", async () => {
    const { code, stdout } = await new Person().lever(["", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ status: "invalid", error: { code: "request_invalid" } });
    expect(code).toBe(2);
  });

  it("reports all problems of the settings at once", async () => {
    const { code, stderr } = await new Person({ LEVER_SEED: "maybe", COMMAND_TIMEOUT_SEC: "soon" }).lever(["x y"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/LEVER_SEED.*COMMAND_TIMEOUT_SEC|COMMAND_TIMEOUT_SEC.*LEVER_SEED/s);
  });
});

describe("teaching what cannot be taught", () => {
  it.each([
    ["an empty phrase", "", "df", null],
    ["an empty command", "x", "", null],
    ["an unbalanced quote", "say", "echo 'hi", "'hi"],
    ["an unclosed parameter in the command", "show {{file}}", "cat {{file", "{{file"],
    ["an unclosed parameter in the phrase", "show {{file", "cat {{file}}", "{{file"],
    ["a parameter that the command lacks", "show {{file}}", "cat", "{{file}}"],
    ["a parameter that the phrase lacks", "show it", "cat {{file}}", "{{file}}"],
    ["a parameter as the program", "run {{tool}}", "{{tool}} --version", "{{tool}}"],
  ])("%s", async (_, phrase, command, place) => {
    const { code, stdout, stderr } = await new Person().lever(["teach", phrase, "--command", command]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expectPlain(stderr);
    if (place === null) return;
    const lines = stderr.split("\n");
    const caret = lines.findIndex((line) => /^\s+\^+$/.test(line));
    expect(caret, stderr).toBeGreaterThan(0);
    expect(lines[caret - 1]?.slice(lines[caret]?.indexOf("^"))).toContain(place.slice(0, 1));
  });
});

/** Of an SQLite file's header, as its file format documents. */
const USER_VERSION_OFFSET = 60;

describe("a store that cannot be used", () => {
  it("is refused where it is damaged, and left as it is", async () => {
    const person = new Person();
    const file = join(person.store, "lever.db");
    await person.lever(["list"]);
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 0, 4096);
    writeFileSync(file, bytes);
    const { code, stdout, stderr } = await person.lever(["check disk usage"]);
    expect({ code, stdout }).toEqual({ code: 125, stdout: "" });
    expectPlain(stderr);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it("is refused where it is of a newer version, and left as it is", async () => {
    const person = new Person();
    const file = join(person.store, "lever.db");
    await person.lever(["list"]);
    const bytes = readFileSync(file);
    bytes.writeUInt32BE(9999, USER_VERSION_OFFSET);
    writeFileSync(file, bytes);
    const { code, stderr } = await person.lever(["check disk usage"]);
    expect(code).toBe(125);
    expect(stderr).toContain("newer");
    expectPlain(stderr);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it("runs what only reads, with a warning, where nothing can be stored", async () => {
    const person = new Person();
    const { code, stderr } = await person.lever(["check disk usage"], { env: { LEVER_HOME: "/proc/lever" } });
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("lever:") });
  });
});

describe("a folder that is gone", () => {
  it("is said plainly", () => {
    const { status, stderr } = spawnSync(
      "sh",
      [
        "-c",
        'mkdir "$0/x"; cd "$0/x"; rmdir "$0/x"; exec "$1" "$2" "check disk usage"',
        makeFolder(),
        process.execPath,
        BIN,
      ],
      { encoding: "utf8" },
    );
    expect(status).toBe(2);
    expect(stderr).toContain("no longer exists");
  });
});
