import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEvaluation, type ReadOptions } from "./read-evaluation.ts";
import type { Found, Query } from "./trial.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lever-evaluation-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, ...lines: unknown[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => JSON.stringify(line)).join("\n"));
  return path;
}

const OPTIONS: ReadOptions = {
  entries: null,
  commands: [],
  outOfScope: [],
  phrases: undefined,
  folds: 2,
  opaque: false,
  bank: "off",
};

const found = (change: Partial<Found>): Found => ({
  command_id: "x",
  phrase: "x",
  template: "x",
  parameters: {},
  probability: 1,
  effects: {} as never,
  entry: null,
  holes: new Map(),
  ...change,
});

const wants = (query: Query | undefined, command: Partial<Found>): [command: boolean, values: boolean] => [
  query?.wanted?.isCommand(found(command)) ?? false,
  query?.wanted?.hasValues(found(command)) ?? false,
];

describe("requests with a pattern of what is right", () => {
  const tail = {
    template: "tail -n {{n}} {{file}}",
    holes: new Map([
      ["n", "20"],
      ["file", null],
    ]),
    entry: null,
  };
  const commands = [tail, { template: "df -h", holes: new Map(), entry: null }];
  const line = { text: "last 5 lines of a.log", accept: "^tail -n 5 a\\.log$", params: { n: "5", file: "a.log" } };

  it("tell the command from its values", () => {
    const path = file("requests.jsonl", line, { text: "play music", accept: "^mpv" });
    const [trial] = readEvaluation(path, { ...OPTIONS, commands, outOfScope: ["hello"] }).trials;
    // What no command can answer is left out.
    expect(trial?.queries.map(({ text }) => text)).toEqual(["last 5 lines of a.log", "hello"]);
    const [query, beside] = trial?.queries ?? [];
    expect(wants(query, { ...tail, parameters: { n: "5", file: "a.log" } })).toEqual([true, true]);
    expect(wants(query, { ...tail, parameters: { file: "a.log" } })).toEqual([true, false]);
    expect(wants(query, { template: "df -h" })).toEqual([false, false]);
    expect(beside?.wanted).toBeNull();
  });
});

describe("requests that name the right command", () => {
  const commands = [
    { id: "builtin:disk", template: "df -h", holes: new Map(), entry: null },
    { id: "ram", template: "free -h", holes: new Map(), entry: 4 },
  ];
  const lines = [
    { text: "room on the drives", id: "disk" },
    { text: "memory left", id: "ram" },
  ];

  it("by its id in the namespace or its place in a file", () => {
    const [trial] = readEvaluation(file("named.jsonl", ...lines), { ...OPTIONS, commands, outOfScope: ["hi"] }).trials;
    const [disk, ram, beside] = trial?.queries ?? [];
    expect(wants(disk, { command_id: "builtin:disk" })).toEqual([true, true]);
    expect(wants(disk, { command_id: "ram" })[0]).toBe(false);
    expect(wants(ram, { entry: 4 })[0]).toBe(true);
    expect(wants(ram, { entry: 3, command_id: "ram" })[0]).toBe(false);
    expect(beside).toEqual({ text: "hi", wanted: null });
  });

  it("are refused where no command has the id", () => {
    const path = file("unknown.jsonl", { text: "x", id: "nothing-like-it" });
    expect(() => readEvaluation(path, { ...OPTIONS, commands })).toThrow(/nothing-like-it, which is none/);
  });

  it("may want none of the commands", () => {
    const path = file("beside.jsonl", { text: "hello", kind: "chat" });
    expect(readEvaluation(path, OPTIONS).trials[0]?.queries).toEqual([{ text: "hello", wanted: null }]);
  });
});

describe("draws with an index of their own", () => {
  const draw = {
    index: [
      { id: "a", phrase: "list files", command: "ls" },
      { id: "b", phrase: "disk usage", command: "df" },
    ],
    queries: [{ text: "how full is it", id: "b" }],
    out_of_scope: [{ text: "hello" }],
  };

  it("are trials that are not pooled", () => {
    const read = readEvaluation(file("draws.jsonl", draw, draw), OPTIONS);
    expect(read).toMatchObject({ pooled: false });
    expect(read.trials).toHaveLength(2);
    expect(wants(read.trials[0]?.queries[0], { entry: 1 })).toEqual([true, true]);
    expect(wants(read.trials[0]?.queries[0], { entry: 0 })[0]).toBe(false);
  });

  it("can hide what their commands are", () => {
    const [trial] = readEvaluation(file("draws.jsonl", draw), { ...OPTIONS, opaque: true }).trials;
    expect(trial?.entries?.map(({ command }) => command)).toEqual(["./s1.sh", "./s2.sh"]);
  });
});

describe("the phrase bank, attached", () => {
  const lines = ["a", "b", "c", "d", "e"].map((name) => ({ command: `tool-${name}`, phrases: [`use ${name}`] }));
  const commands = lines.map(({ command }, entry) => ({ template: command, holes: new Map(), entry }));
  const requests = lines.map(({ command }) => ({ text: `ask for ${command}`, accept: `^${command}$` }));

  it("to all, or to all but those that are asked for", () => {
    const path = file("asked.jsonl", ...requests);
    const options = { ...OPTIONS, entries: lines, commands, outOfScope: ["hello"] };
    const [on] = readEvaluation(path, { ...options, bank: "on" }).trials;
    expect(on?.entries?.every(({ bank }) => bank)).toBe(true);
    const { trials } = readEvaluation(path, { ...options, bank: "others" });
    expect(trials.flatMap(({ queries }) => queries)).toHaveLength(requests.length + 1);
    for (const { entries, queries } of trials) {
      const without = entries?.filter(({ bank }) => !bank).map(({ command }) => `ask for ${command}`);
      expect(queries.map(({ text }) => text).filter((text) => text !== "hello")).toEqual(without);
    }
    // Two of the commands answer it, so the one with the bank would speak for the one without.
    const shared = file("shared.jsonl", { text: "either", accept: "^tool-[ab]$" });
    expect(readEvaluation(shared, { ...options, bank: "others" }).trials.flatMap(({ queries }) => queries)).toEqual([
      { text: "hello", wanted: null },
    ]);
  });
});

describe("groups of phrases with values", () => {
  const group = {
    teach: [{ phrase: "last {{n:int=20}} lines of {{file:path}}", command: "tail -n {{n}} {{file}}" }],
    requests: [
      { text: "end of a.log", phrase: "last {{n:int=20}} lines of {{file:path}}", params: { file: "a.log", n: 20 } },
      { text: "the end of it", phrase: "last {{n:int=20}} lines of {{file:path}}", params: null },
    ],
  };

  it("take a default that is written out for one left out, and a missing value for a question", () => {
    const [trial] = readEvaluation(file("groups.jsonl", group), OPTIONS).trials;
    const [query, incomplete] = trial?.queries ?? [];
    expect(wants(query, { entry: 0, parameters: { file: "a.log" } })).toEqual([true, true]);
    expect(wants(query, { entry: 0, parameters: { file: "a.log", n: "5" } })).toEqual([true, false]);
    expect(incomplete?.wanted?.incomplete).toBe(true);
  });
});

describe("a bank of phrases", () => {
  const lines = Array.from({ length: 20 }, (_, at) => ({
    command: `tool${at} {{dir:dir=.}}`,
    canonical: `use tool ${at}`,
    phrases: [`tool ${at} in {{dir}}`, `please tool ${at}`, `run ${at} now`],
  }));

  it("is held out in folds, with values in place of parameters and some commands gone", () => {
    const { trials } = readEvaluation(file("bank.jsonl", ...lines), OPTIONS);
    expect(trials).toHaveLength(2);
    for (const { entries, queries } of trials) {
      const kept = new Set(entries?.flatMap(({ phrases }) => phrases));
      expect(entries?.every(({ phrases }) => phrases[0]?.startsWith("use tool"))).toBe(true);
      expect(queries.every(({ text }) => !kept.has(text) && !text.includes("{{"))).toBe(true);
      expect(queries.some(({ wanted }) => wanted === null)).toBe(true);
    }
    const asked = trials.flatMap(({ queries }) => queries.map(({ text }) => text));
    expect(new Set(asked).size).toBe(asked.length);
  });
});

describe("commands in the forms of other packs", () => {
  it("are banks of phrases too", () => {
    for (const ways of [
      { phrase: "a", aliases: ["b", "c"] },
      { nl: ["a", "b", "c"] },
      { intent_phrase: "a", aliases: ["b"] },
      { intent: "a", phrases: ["b"] },
    ]) {
      const { trials } = readEvaluation(file("other-bank.jsonl", { command: "tool", ...ways }), OPTIONS);
      expect(trials.flatMap(({ queries }) => queries.map(({ text }) => text))).toContain("b");
    }
  });
});

describe("what is none of these", () => {
  it("is an error with its place", () => {
    expect(() => readEvaluation(file("other.jsonl", { hello: 1 }), OPTIONS)).toThrow(/none of the formats/);
    const path = join(folder, "broken.jsonl");
    writeFileSync(path, '{"text": "a", "accept": "b"}\n{"text": ');
    expect(() => readEvaluation(path, OPTIONS)).toThrow(/broken\.jsonl:2/);
    expect(() => readEvaluation(join(folder, "absent.jsonl"), OPTIONS)).toThrow(/cannot be read/);
    expect(() =>
      readEvaluation(file("pattern.jsonl", { text: "a", accept: "(" }), { ...OPTIONS, commands: [] }),
    ).toThrow(/pattern/);
  });
});
