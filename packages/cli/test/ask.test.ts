import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder, Person } from "./lever.ts";

describe("asking", () => {
  it("answers the first request with the command's own output and nothing else", async () => {
    const { code, stdout, stderr } = await new Person().lever(["check disk usage"]);
    expect(stdout).toMatch(/^Filesystem\s+Size/);
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });

  it.each([["how full is the disk?"], ["free disk space"], ["Please check disk usage!"]])(
    "understands %j",
    async (request) => {
      expect((await new Person().lever([request])).stdout).toMatch(/^Filesystem\s+Size/);
    },
  );

  it("takes unquoted words as a request", async () => {
    expect((await new Person().lever(["check", "disk", "usage"])).stdout).toMatch(/^Filesystem/);
  });

  it("runs in the caller's folder and takes values byte for byte", async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "sub", "Ünïcode app.log"), "one\ntwo\nthree\n");
    const person = new Person();
    await person.teach("last {{n:int}} lines of {{file:path}}", "tail -n {{n}} {{file}}");
    const { stdout } = await person.lever(['last 2 lines of "Ünïcode app.log"'], { cwd: join(folder, "sub") });
    expect(stdout).toBe("two\nthree\n");
  });

  it("gives the command its exit code, stdin and stderr", async () => {
    const person = new Person();
    await person.teach("end badly", "sh -c 'cat; echo oops >&2; exit 3'");
    const { code, stdout, stderr } = await person.lever(["end badly"], { input: "from stdin" });
    expect({ code, stdout }).toEqual({ code: 3, stdout: "from stdin" });
    expect(stderr).toContain("oops");
  });

  it("ends with 127 where nothing matches, shows the nearest and how to teach", async () => {
    const { code, stdout, stderr } = await new Person().lever(["zorble the quantum flange gently"]);
    expect({ code, stdout }).toEqual({ code: 127, stdout: "" });
    expect(stderr).toContain("lever teach");
  });

  it("explains a program that is not installed", async () => {
    const person = new Person();
    await person.teach("frobnicate", "frobnicator-that-is-not-there --now", "--yes");
    const { code, stderr } = await person.lever(["frobnicate", "--yes"]);
    expect(code).toBe(127);
    expect(stderr).toContain("frobnicator-that-is-not-there is not installed");
  });

  it("stops at the time limit with 124", async () => {
    const person = new Person();
    await person.teach("wait long", "sleep 60");
    const began = Date.now();
    const { code, stderr } = await person.lever(["wait long", "--timeout", "0.5"]);
    expect(code).toBe(124);
    expect(stderr).toContain("time limit");
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  it("shows on a dry run what would run", async () => {
    const { code, stdout, stderr } = await new Person().lever(["check disk usage", "--dry-run"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain("df -h");
  });

  it("shows a command that is only asked about", async () => {
    const { code, stdout, stderr } = await new Person().lever(["what is the command to check disk usage"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain("df -h");
  });

  it("explains a decision on stderr", async () => {
    const { stdout, stderr } = await new Person().lever(["check disk usage", "--explain"]);
    expect(stdout).toMatch(/^Filesystem/);
    expect(stderr).toMatch(/exact, gate 1/);
  });

  it("puts no command first for its values alone", async () => {
    const person = new Person();
    await person.teach("show the nginx log", "tail -n 50 /var/log/nginx/access.log");
    // The built-in command for the last lines of a log takes the number, and is hardly meant.
    const record = (await person.ask("show last 50 lines of the nginx log", "--dry-run")) as never as {
      match: { candidates: Array<{ template: string; probability: number }> };
    };
    const [first, second] = record.match.candidates;
    expect(first?.template).toBe("tail -n 50 /var/log/nginx/access.log");
    expect(second?.template).toMatch(/^journalctl .*{{n:int/);
  });

  it.each([
    ['a "not" inside', "deploy.sh should not become executable", "make deploy.sh executable"],
    ["a question with a number in it", "is 97 a prime", "show details of process 97"],
  ])("decides nothing by the values beside %s", async (_, request, control) => {
    const person = new Person();
    const kind = async (text: string): Promise<string> =>
      ((await person.ask(text, "--dry-run")) as never as { match: { kind: string } }).match.kind;
    expect(await kind(request)).toMatch(/likely|none/);
    expect(await kind(control)).toMatch(/exact|sure/);
  });

  it("reads a file, not the address that its name could be", async () => {
    const record = (await new Person().ask("spit out notes.txt", "--dry-run")) as never as {
      match: { candidates: Array<{ template: string }> };
    };
    expect(record.match.candidates[0]?.template).toMatch(/^cat /);
  });

  it("keeps what was taught over processes, and namespaces apart", async () => {
    const person = new Person();
    await person.teach("say hello", "echo hello", "--namespace", "one");
    expect((await person.lever(["say hello", "--namespace", "one"])).stdout).toBe("hello\n");
    expect((await person.lever(["say hello", "--namespace", "two"])).code).not.toBe(0);
  });

  it("has nothing built in with LEVER_SEED=off", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    expect((await person.lever(["check disk usage"])).code).toBe(127);
    expect((await person.lever(["list"])).stdout).toBe("");
  });
});

describe("the record", () => {
  it("has the agreed form", async () => {
    const record = await new Person().ask("check disk usage");
    expect(record).toMatchObject({
      id: expect.stringMatching(/^[0-9a-z]+-[0-9a-z]+-[0-9a-z]+$/),
      namespace: "default",
      request: "check disk usage",
      status: "ran",
      match: { kind: "exact", gate: 1, probability: 1, phrase: "check disk usage", parameters: {} },
      command: {
        template: "df -h",
        argv: ["df", "-h"],
        script: null,
        effects: { reads: true, writes: false },
        trust: 50,
      },
      sandbox: { seccomp: expect.any(Boolean) },
      outcome: {
        exit_code: 0,
        signal: null,
        timed_out: false,
        stdout: expect.stringMatching(/^Filesystem/),
        truncated: false,
      },
      error: null,
    });
    const { candidates, command_id: id } = record["match"] as unknown as {
      candidates: Array<{ command_id: string }>;
      command_id: string;
    };
    expect(candidates.length).toBeGreaterThanOrEqual(3);
    expect(candidates[0]?.command_id).toBe(id);
  });

  it("keeps a megabyte of output and counts the rest", async () => {
    const person = new Person();
    await person.teach("flood", "head -c 3000000 /dev/zero");
    const { outcome } = (await person.ask("flood")) as unknown as { outcome: { stdout: string; truncated: boolean } };
    expect(outcome.stdout.length).toBe(1024 * 1024);
    expect(outcome.truncated).toBe(true);
  });

  it("shows what is missing", async () => {
    const person = new Person();
    await person.teach("show head of {{file:path}}", "head {{file}}");
    expect(await person.ask("show the head of a file")).toMatchObject({ outcome: null });
  });
});

describe("consent", () => {
  it("runs a change by its exact phrase, and asks where the words were others", async () => {
    const folder = makeFolder();
    const person = new Person();
    await person.teach("make a note file", "touch note.txt");
    expect((await person.lever(["make a note file"], { cwd: folder })).code).toBe(0);
    const { code, stderr } = await person.lever(["make me one note file now"], { cwd: folder });
    expect([126, 127]).toContain(code);
    expect(stderr).not.toBe("");
  });

  it("never runs unasked what destroys, and runs it with --yes", async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, "old.log"), "x");
    const person = new Person();
    await person.teach("delete {{file:path}}", "rm {{file}}");
    const refused = await person.lever(["delete old.log"], { cwd: folder });
    expect(refused.code).toBe(126);
    expect(refused.stderr).toContain("rm old.log");
    expect((await person.lever(["ls"], { cwd: folder })).stdout).toContain("old.log");
    expect((await person.lever(["delete old.log", "--yes"], { cwd: folder })).code).toBe(0);
  });

  it("asks again for a command whose trust was lost", async () => {
    const person = new Person();
    await person.teach("say hi", "echo hi");
    await person.lever(["trust", "say hi", "39"]);
    expect((await person.lever(["say hi"])).code).toBe(126);
    await person.lever(["trust", "say hi", "40"]);
    expect((await person.lever(["say hi"])).stdout).toBe("hi\n");
  });
});
