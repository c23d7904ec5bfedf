import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder, Person } from "./lever.ts";
import { atTerminal } from "./terminal-session.ts";

const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;

describe.skipIf(!hasScript)("at a terminal", () => {
  it("shows exactly what would run, and no is the default", async () => {
    const person = new Person();
    const folder = makeFolder();
    const file = join(folder, "old.log");
    writeFileSync(file, "x");
    await person.teach("delete {{file:path}}", "rm {{file}}");
    const no = await atTerminal(person, ["delete old.log"], folder, [{ after: "Run this?", keys: "\r" }]);
    expect(no.code).toBe(126);
    expect(no.screen).toContain("destroys");
    expect(existsSync(file)).toBe(true);
    const yes = await atTerminal(person, ["delete old.log"], folder, [{ after: "Run this?", keys: "y" }]);
    expect(yes.code, yes.screen).toBe(0);
    expect(existsSync(file)).toBe(false);
  });

  it("takes nothing for an answer that was typed before the question", async () => {
    const person = new Person();
    const folder = makeFolder();
    const file = join(folder, "old.log");
    writeFileSync(file, "x");
    await person.teach("delete {{file:path}}", "rm {{file}}");
    const typed = [
      { after: "ready", keys: "y" },
      { after: "Run this?", keys: "\r" },
    ];
    const asked = await atTerminal(person, ["delete old.log"], folder, typed, "echo ready; sleep 1;");
    expect(asked.code, asked.screen).toBe(126);
    expect(existsSync(file)).toBe(true);
  });

  it("shows the end of a long command beside its question", async () => {
    const person = new Person();
    await person.teach("drop {{file:text}}", "rm -f {{file}}");
    const file = `safe.txt${" ".repeat(2500)}important`;
    const asked = await atTerminal(person, ["drop", "--param", `file=${file}`], makeFolder(), [
      { after: "Run this?", keys: "\r" },
    ]);
    const question = asked.screen.slice(asked.screen.indexOf("Run this?"));
    expect(question).toMatch(/rm -f[^]*characters more[^]*important/);
  });

  it("lets a person choose, and learns the words that were chosen for", async () => {
    const person = new Person({ LEVER_SEED: "off", LEVER_EMBEDDER: "hash" });
    await person.teach("show the red things", "echo red");
    await person.teach("show the blue things", "echo blue");
    const request = "show me things that are red or blue";
    const { screen, code } = await atTerminal(person, [request], makeFolder(), [{ after: "could mean", keys: "\r" }]);
    expect(screen).toMatch(/echo (red|blue)/);
    expect(code, screen).toBe(0);
    expect(screen).toContain("learned");
    expect((await person.lever(["list", "--json"])).stdout).toContain(request);
  });

  it("asks once how far a program reaches that it does not know", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    const words = ["teach", "frob it", "--command", "frobnicate --now"];
    const down = "\u001B[B";
    const { screen, code } = await atTerminal(person, words, makeFolder(), [
      { after: "What may it do?", keys: `${down}\r` },
    ]);
    expect(code, screen).toBe(0);
    expect(screen).toContain("lever does not know frobnicate");
    const shown = JSON.parse((await person.lever(["show", "frob it", "--json"])).stdout) as { permissions: object };
    expect(shown.permissions).toMatchObject({ net: "all", write: "here", host: false });
  });

  it("offers what a suggestion lists where a value is missing", async () => {
    const person = new Person({ LEVER_SEED: "off", LEVER_EMBEDDER: "hash" });
    const listing = "printf '%s\\n' ann bob";
    await person.teach("greet the person {{who:word}}", "echo hello {{who}}", "--suggest", `who=${listing}`);
    const { screen, code } = await atTerminal(person, ["greet the person"], makeFolder(), [
      { after: "which who?", keys: "\u001B[B\r" },
    ]);
    expect(code, screen).toBe(0);
    expect(screen).toContain("ann");
    expect(screen).toMatch(/hello bob/);
  });

  it("ends the whole tree on Ctrl-C, with 130", async () => {
    const person = new Person();
    const seconds = 60_000 + (process.pid % 10_000);
    await person.teach("wait long", `sleep ${seconds} | cat`);
    const { code } = await atTerminal(person, ["wait long"], makeFolder(), [{ after: null, keys: "\u0003" }]);
    expect(code).toBe(130);
    expect(spawnSync("pgrep", ["--full", `^sleep ${seconds}$`]).status).toBe(1);
  });
});
