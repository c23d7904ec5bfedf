import { chmodSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { BIN, Person } from "./lever.ts";

const SOURCE = readFileSync(join(dirname(dirname(BIN)), "dist/lever.cjs"));
const HEAD = "(function(exports,require,module,__filename,__dirname){";

/** Someone who has asked before, and the file that their compiled program is kept in. */
async function personWithCode(): Promise<{ person: Person; file: string }> {
  const person = new Person();
  expect((await person.lever(["check disk usage"])).code).toBe(0);
  const names = readdirSync(person.store).filter((name) => /^code-.*-lever$/.test(name));
  expect(names).toHaveLength(1);
  return { person, file: join(person.store, names[0] ?? "") };
}

/**
 * Code of another program, which V8 takes for the true one's: it tells sources apart by their length alone.
 * Whoever can write the file runs what they like, which is why nobody else may.
 */
function plant(file: string): void {
  const evil = `${HEAD}console.log("PLANTED")`;
  const filled = evil.padEnd(HEAD.length + SOURCE.toString().length) + "\n})";
  const script = new Script(filled);
  writeFileSync(file, Buffer.concat([SOURCE, script.createCachedData()]), { mode: 0o600 });
}

describe("what V8 compiled at an earlier start", () => {
  it("is kept for its owner alone, and used", async () => {
    const { person, file } = await personWithCode();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const made = statSync(file).mtimeMs;
    expect((await person.lever(["check disk usage"])).stdout).toContain("Filesystem");
    expect(statSync(file).mtimeMs).toBe(made);
    plant(file);
    expect((await person.lever(["check disk usage"])).stdout).toContain("PLANTED");
  });

  it.each<[string, (file: string) => void]>([
    ["in a file that others can write", (file) => chmodSync(file, 0o622)],
    ["in a folder that others can write", (file) => chmodSync(dirname(file), 0o777)],
    [
      "behind a link",
      (file) => {
        renameSync(file, `${file}.else`);
        symlinkSync(`${file}.else`, file);
      },
    ],
  ])("is not used %s", async (_, loosen) => {
    const { person, file } = await personWithCode();
    plant(file);
    loosen(file);
    const { code, stdout } = await person.lever(["check disk usage"]);
    expect(stdout).not.toContain("PLANTED");
    expect({ code, whole: stdout.includes("Filesystem") }).toEqual({ code: 0, whole: true });
  });

  it.each<[string, (kept: Buffer) => Buffer]>([
    ["of another program", (kept) => Buffer.concat([Buffer.from("x"), kept.subarray(1)])],
    ["that is cut off", (kept) => kept.subarray(0, SOURCE.length + 100)],
    ["that is empty", () => Buffer.alloc(0)],
    ["that is no code", (kept) => Buffer.concat([kept.subarray(0, SOURCE.length), Buffer.alloc(5000, 7)])],
  ])("is made anew from one %s", async (_, spoil) => {
    const { person, file } = await personWithCode();
    const kept = readFileSync(file);
    writeFileSync(file, spoil(kept));
    expect((await person.lever(["check disk usage"])).code).toBe(0);
    expect(readFileSync(file).subarray(0, SOURCE.length).equals(SOURCE)).toBe(true);
    expect(readFileSync(file).length).toBeGreaterThan(SOURCE.length + 5000);
  });

  it("is done without where nothing can be kept", async () => {
    const person = new Person({ NODE_DISABLE_COMPILE_CACHE: "1" });
    expect((await person.lever(["check disk usage"])).code).toBe(0);
    expect(readdirSync(person.store).filter((name) => name.startsWith("code-"))).toEqual([]);
  });
});

describe("a run", () => {
  it("reaches neither lever's settings nor a store that is not in use, which would free the next run", async () => {
    const person = new Person();
    const elsewhere = { LEVER_HOME: "", XDG_DATA_HOME: "" };
    const inHome = { cwd: person.home };
    const store = join(person.home, ".local/share/lever-runner");
    expect((await person.lever(["list"], { env: elsewhere })).code).toBe(0);
    await person.teach(
      "settings",
      "mkdir -p .config/lever-runner && echo 'sandbox = \"off\"' > .config/lever-runner/config.toml",
    );
    await person.teach("take over", "ls .local/share/lever-runner; echo x > .local/share/lever-runner/code-planted");
    await person.teach("plain", "mkdir -p .config/other && echo x > .config/other/config.toml");
    await person.lever(["plain", "--yes"], inHome);
    expect(readdirSync(join(person.home, ".config/other"))).toEqual(["config.toml"]);
    await person.lever(["settings", "--yes"], inHome);
    expect(readdirSync(join(person.home, ".config"))).not.toContain("lever-runner");
    const { stdout } = await person.lever(["take over", "--yes"], inHome);
    expect(stdout).not.toContain("lever.db");
    expect(readdirSync(store)).not.toContain("code-planted");
  });
});
