import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadNative } from "../../native/src/index.ts";
import { Person } from "./lever.ts";

const NATIVE = loadNative({ override: process.env["LEVER_NATIVE"], from: fileURLToPath(import.meta.url) }).folder;

interface Report {
  findings: Array<{ name: string; state: "good" | "warning" | "problem"; message: string; remedy: string | null }>;
}

async function findingsOf(person: Person): Promise<{ code: number | null; findings: Report["findings"] }> {
  const { code, stdout } = await person.lever(["doctor", "--json"]);
  return { code, findings: (JSON.parse(stdout) as Report).findings };
}

describe("doctor", () => {
  it("finds a sound installation sound, and tells what stands behind it", async () => {
    const { code, findings } = await findingsOf(new Person());
    expect(code).toBe(0);
    expect(findings.filter(({ state }) => state === "problem")).toEqual([]);
    expect(findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["node", "addon", "store", "data", "sandbox", "files", "path", "shell", "models"]),
    );
    expect(findings.filter(({ state, remedy }) => state !== "good" && !/\w/.test(remedy ?? ""))).toEqual([]);
  });

  it.each([
    ["ends without a word", "#!/bin/sh\nexit 1\n", 0o755],
    ["is no program", "nothing", 0o755],
  ])("names a launcher that %s, says what to do, and looks at the rest", async (_, content, mode) => {
    const person = new Person();
    const folder = join(person.home, "native");
    mkdirSync(folder);
    symlinkSync(join(NATIVE, "lever.node"), join(folder, "lever.node"));
    writeFileSync(join(folder, "lever-sandbox"), content, { mode });
    person.environment["LEVER_NATIVE"] = folder;
    const { code, findings } = await findingsOf(person);
    expect(code).toBe(1);
    expect(findings.find(({ name }) => name === "sandbox")).toMatchObject({
      state: "problem",
      remedy: expect.stringMatching(/\w/),
    });
    expect(findings.length).toBeGreaterThanOrEqual(9);
  });

  it("names a store that others can read", async () => {
    const person = new Person();
    await person.lever(["list"]);
    chmodSync(person.store, 0o755);
    chmodSync(join(person.store, "lever.db"), 0o644);
    const { findings } = await findingsOf(person);
    expect(findings.find(({ name }) => name === "files")).toMatchObject({ state: expect.not.stringMatching("good") });
  });

  it("does not take a copy of another program for the launcher", async () => {
    const person = new Person();
    const folder = join(person.home, "native");
    mkdirSync(folder);
    symlinkSync(join(NATIVE, "lever.node"), join(folder, "lever.node"));
    copyFileSync("/bin/true", join(folder, "lever-sandbox"));
    person.environment["LEVER_NATIVE"] = folder;
    const { code, findings } = await findingsOf(person);
    expect(code).toBe(1);
    expect(findings.find(({ name }) => name === "sandbox")?.state).toBe("problem");
  });
});
