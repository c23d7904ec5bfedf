import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BIN, Person } from "./lever.ts";

/** A person with a few commands of their own and no built-in ones. */
async function taught(): Promise<Person> {
  const person = new Person({ LEVER_SEED: "off" });
  await person.teach("say hello", "echo hello", "--alias", "greet me", "--tag", "fun");
  await person.teach("last {{n:int=20}} lines of {{file:path}}", "tail -n {{n}} {{file}}", "--trust", "77");
  return person;
}

function write(person: Person, name: string, text: string): string {
  const path = join(person.home, name);
  writeFileSync(path, text);
  return path;
}

describe("export and import", () => {
  it("bring everything back, byte for byte, and approve nothing", async () => {
    const person = await taught();
    const out = await person.lever(["export"]);
    expect(out.code).toBe(0);
    expect(out.stdout.split("\n")[0]).toBe(
      '{"phrase":"say hello","aliases":["greet me"],"command":"echo hello","tags":["fun"]}',
    );
    const other = new Person({ LEVER_SEED: "off" });
    const imported = await other.lever(["import", "-", "--keep-trust"], { input: out.stdout });
    expect(imported.code).toBe(0);
    expect(imported.stdout).toContain("1: added “say hello”");
    expect(imported.stdout).toContain("2 added, 0 merged, 0 already there, 0 refused");
    expect((await other.lever(["export"])).stdout).toBe(out.stdout);
    expect((await other.lever(["say hello"])).code).toBe(126);
    expect((await other.lever(["list"])).stdout).toContain("not approved");
  });

  it("write a file only whole, and not over another", async () => {
    const person = await taught();
    const path = join(person.home, "out.json");
    expect((await person.lever(["export", "--format", "json", "--output", path])).code).toBe(0);
    expect((JSON.parse(readFileSync(path, "utf8")) as unknown[]).length).toBe(2);
    const again = await person.lever(["export", "--output", path]);
    expect(again.code).toBe(125);
    expect(again.stderr).toContain("--force");
    expect((await person.lever(["export", "--output", path, "--force"])).code).toBe(0);
  });

  it("wait for a reader that is slower, and mind none that has left", async () => {
    const person = new Person();
    const whole = (await person.lever(["export", "--all"])).stdout;
    const through = (reader: string): { status: number | null; stdout: string; stderr: string } =>
      spawnSync("bash", ["-c", `set -o pipefail; "$0" "$1" export --all | ${reader}`, process.execPath, BIN], {
        env: person.environment,
        encoding: "utf8",
        maxBuffer: 64 * 1024 * 1024,
      });
    expect(whole.length).toBeGreaterThan(128 * 1024);
    expect(through("(sleep 1; cat)")).toMatchObject({ status: 0, stdout: whole, stderr: "" });
    expect(through("head -1")).toMatchObject({ status: 0, stderr: "" });
  });

  it("write to the file behind a link, and never in the place of what is no file", async () => {
    const person = await taught();
    const [file, link, pipe] = ["real.jsonl", "link.jsonl", "pipe"].map((name) => join(person.home, name));
    writeFileSync(String(file), "old");
    symlinkSync(String(file), String(link));
    expect((await person.lever(["export", "--output", String(link), "--force"])).code).toBe(0);
    expect(lstatSync(String(link)).isSymbolicLink()).toBe(true);
    expect(readFileSync(String(file), "utf8")).toContain("phrase");
    spawnSync("mkfifo", [String(pipe)]);
    const refused = await person.lever(["export", "--output", String(pipe), "--force"]);
    expect(refused).toMatchObject({ code: 125, stderr: expect.stringContaining("no file") });
    expect(lstatSync(String(pipe)).isFIFO()).toBe(true);
  });

  it("tell bad lines by their number and store nothing, or the rest where told to", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    const file = write(
      person,
      "in.jsonl",
      '{"intent":"a thing","command":"true"}\n{"nonsense\n{"phrase":"x","command":"true","colour":1}\n',
    );
    const refused = await person.lever(["import", file]);
    expect(refused.code).toBe(2);
    expect(refused.stdout).toMatch(/^2: refused · .*column/m);
    expect(refused.stdout).toMatch(/^3: refused · unknown field `colour`/m);
    expect(refused.stdout).toContain("nothing was stored");
    expect((await person.lever(["list"])).stdout).toBe("");
    const dry = await person.lever(["import", file, "--keep-going", "--dry-run"]);
    expect(dry.stdout).toContain("would be: 1 added");
    expect((await person.lever(["list"])).stdout).toBe("");
    const kept = await person.lever(["import", file, "--keep-going", "--json"]);
    expect(kept.code).toBe(0);
    const records = kept.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map(({ line, outcome }) => [line, outcome])).toEqual([
      [1, "added"],
      [2, "refused"],
      [3, "refused"],
      [undefined, undefined],
    ]);
    expect(records.at(-1)).toMatchObject({ status: "stored", format: "jsonl", added: 1, refused: 2 });
  });

  it("say what is wrong with a file in one line", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    for (const args of [
      ["import", "/nowhere/x.jsonl"],
      ["import", person.home],
      ["import", "-", "--format", "csv"],
    ]) {
      const { code, stdout, stderr } = await person.lever(args);
      expect([2, 125]).toContain(code);
      expect(stdout).toBe(args[1] === person.home ? stdout : "");
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });
});

describe("approval of what came in", () => {
  it("is asked for, and given in one breath only when told to", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    const file = write(
      person,
      "in.jsonl",
      '{"phrase":"say hi","command":"echo hi"}\n{"phrase":"drop it","command":"rm x"}\n',
    );
    await person.lever(["import", file]);
    const asked = await person.lever(["approve", "--from", file]);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain("2 commands wait");
    const all = await person.lever(["approve", "--from", file, "--yes"]);
    expect(all.code).toBe(0);
    expect(all.stdout).toBe("approved: say hi\napproved: drop it\n");
    expect(all.stderr.indexOf("reads only")).toBeLessThan(all.stderr.indexOf("destroys"));
    expect((await person.lever(["say hi"])).stdout).toBe("hi\n");
    expect((await person.lever(["approve", "--from", file])).stderr).toContain("nothing in it waits");
  });
});

describe(".nail archives", () => {
  it("travel, and a spoiled one is refused", async () => {
    const person = await taught();
    const path = join(person.home, "mine.nail");
    const packed = await person.lever(["export-nail", "--output", path]);
    expect(packed.code).toBe(0);
    expect(packed.stderr).toContain("3 phrases");
    const other = new Person({ LEVER_SEED: "off" });
    const imported = await other.lever(["import-nail", path, "--keep-trust"]);
    expect(imported.stdout).toContain("2 added");
    expect((await other.lever(["list"])).stdout).toContain("say hello");
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    const refused = await other.lever(["import-nail", path]);
    expect(refused.code).toBe(125);
    expect(refused.stderr).toContain("is not taken");
  });
});

describe("histories", () => {
  it("are proposed, never taken, and secrets are not shown", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    const lines = ["web", "db", "cache"].map((name) => `docker logs --tail 50 ${name}`);
    const file = write(person, ".bash_history", [...lines, ...Array(4).fill("mysql -phunter2 db")].join("\n"));
    const { code, stdout, stderr } = await person.lever(["import", file]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      phrase: "docker logs --tail 50 {{name}}",
      command: "docker logs --tail 50 {{name}}",
    });
    expect(stdout + stderr).not.toContain("hunter2");
    expect(stderr).toContain("4 passed over because they may hold a secret");
    expect((await person.lever(["list"])).stdout).toBe("");
  });
});

describe("copies of the store", () => {
  it("need a folder that is there", async () => {
    const person = new Person();
    const { code, stderr } = await person.lever(["backup", join(person.home, "none", "b.db")]);
    expect(code).toBe(125);
    expect(stderr).toContain(join(person.home, "none"));
    expect(stderr).not.toContain("LEVER_HOME");
  });

  it("are complete, and nothing is overwritten", async () => {
    const person = await taught();
    const copy = join(person.home, "copy.db");
    expect((await person.lever(["backup", copy])).code).toBe(0);
    const again = await person.lever(["backup", copy]);
    expect(again.code).toBe(125);
    expect(again.stderr).toContain("already exists");
    const other = new Person({ LEVER_SEED: "off" });
    writeFileSync(join(other.store, "lever.db"), readFileSync(copy));
    expect((await other.lever(["export"])).stdout).toBe((await person.lever(["export"])).stdout);
  });

  it("are kept by a reset, which asks first and mends a damaged store", async () => {
    const person = await taught();
    const asked = await person.lever(["reset"]);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain("lever export");
    expect((await person.lever(["list"])).stdout).toContain("say hello");
    writeFileSync(join(person.store, "lever.db"), "this is no database");
    expect((await person.lever(["list"])).code).toBe(125);
    expect((await person.lever(["reset", "--yes"])).stdout).toContain("kept as");
    expect((await person.lever(["list"])).stdout).toBe("");
    const kept = readdirSync(person.store).find((name) => name.startsWith("lever.db.bak-"));
    expect(kept).toBeDefined();
    expect(existsSync(join(person.store, kept ?? ""))).toBe(true);
  });
});

describe("promotion", () => {
  it("says that there is nothing to do", async () => {
    const person = await taught();
    expect((await person.lever(["promote"])).stdout).toBe("nothing to promote, nothing flagged\n");
    expect(JSON.parse((await person.lever(["promote", "--dry-run", "--json"])).stdout)).toEqual({
      dry_run: true,
      rounds: [],
    });
  });
});

describe("forget", () => {
  it("takes a built-in command by its own phrase or id, and says how it comes back", async () => {
    const person = new Person();
    const alias = await person.lever(["forget", "ram", "usage"]);
    expect(alias).toMatchObject({ code: 2, stderr: expect.stringContaining("builtin:memory-usage") });
    expect((await person.lever(["show", "ram usage"])).code).toBe(0);
    const own = await person.lever(["forget", "show memory usage"]);
    expect(own).toMatchObject({ code: 0, stderr: expect.stringContaining("lever pack enable memory") });
    await person.lever(["pack", "enable", "memory"]);
    expect((await person.lever(["show", "ram usage"])).code).toBe(0);
  });
});

describe("the built-in pack", () => {
  const areas = async (person: Person): Promise<Array<{ name: string; commands: number; disabled: number }>> =>
    JSON.parse((await person.lever(["pack", "--json"])).stdout) as never;

  it("can be done without by area, from the next request on and for good, and comes back", async () => {
    const person = new Person();
    const before = await areas(person);
    expect(before.reduce((sum, { commands }) => sum + commands, 0)).toBeGreaterThanOrEqual(67);
    expect((await person.lever(["match", "list containers"])).stdout).toContain("docker ps");

    expect((await person.lever(["pack", "disable", "docker"])).stdout).toMatch(/^docker: \d+ commands disabled/);
    expect((await person.lever(["match", "list containers"])).stdout).not.toContain("docker ps");
    expect((await areas(person)).find(({ name }) => name === "docker")).toMatchObject({
      disabled: before.find(({ name }) => name === "docker")?.commands,
    });
    expect((await person.lever(["check disk usage", "--dry-run"])).code).toBe(0);

    await person.lever(["pack", "enable", "docker"]);
    expect((await person.lever(["match", "list containers"])).stdout).toContain("docker ps");
    expect(await areas(person)).toEqual(before);
  });

  it("goes and comes as a whole", async () => {
    const person = new Person();
    await person.lever(["pack", "disable", "builtin"]);
    expect((await person.lever(["check disk usage"])).code).toBe(127);
    await person.lever(["pack", "enable", "builtin"]);
    expect((await person.lever(["check disk usage"])).code).toBe(0);
  });

  it.each([
    [["pack", "disable"], "which area?"],
    [["pack", "disable", "nonsense"], "nonsense"],
  ])("says what is wrong with %j", async (args, words) => {
    const { code, stderr } = await new Person().lever(args);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});
