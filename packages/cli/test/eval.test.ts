import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder, Person } from "./lever.ts";

function write(name: string, ...lines: unknown[]): string {
  const path = join(makeFolder(), name);
  writeFileSync(path, lines.map((line) => JSON.stringify(line)).join("\n"));
  return path;
}

const GROUP = {
  teach: [
    { phrase: "show the last {{n:int=20}} lines of {{file:path}}", command: "tail -n {{n}} {{file}}" },
    { phrase: "count the lines of {{file:path}}", command: "wc -l {{file}}" },
  ],
  requests: [
    {
      text: "show the last 5 lines of a.log",
      phrase: "show the last {{n:int=20}} lines of {{file:path}}",
      params: { n: 5, file: "a.log" },
    },
    { text: "count the lines of b.txt", phrase: "count the lines of {{file:path}}", params: { file: "b.txt" } },
    { text: "count the lines of", phrase: "count the lines of {{file:path}}", params: null },
  ],
};

describe("lever eval", () => {
  const bare = new Person({ LEVER_SEED: "off" });

  it("measures requests to the built-in pack and leaves no trace", async () => {
    const person = new Person();
    const requests = write(
      "requests.jsonl",
      { text: "check disk usage", accept: "^df\\b" },
      { text: "biggest", accept: "^no-such-program" },
    );
    const beside = write("beside.jsonl", { text: "qwx zzyq blorp" });
    const ended = await person.lever(["eval", requests, "--out-of-scope", beside, "--json"]);
    expect(ended.stderr).toBe("");
    expect(JSON.parse(ended.stdout)).toMatchObject({
      requests: 1,
      out_of_scope: 1,
      top_1: 1,
      coverage: 1,
      wrong: 0,
      out_of_scope_share: 0,
    });
    expect(JSON.parse((await person.lever(["stats", "--json"])).stdout)).toMatchObject({ runs: 0, own_commands: 0 });
  });

  it("reads requests that name a built-in command, and writes every answer", async () => {
    const requests = write("named.jsonl", { text: "check disk usage", id: "disk-usage" });
    const beside = write("beside.jsonl", { text: "qwx zzyq blorp", kind: "nonsense" });
    const file = join(makeFolder(), "answers.jsonl");
    const asked = ["eval", requests, "--out-of-scope", beside, "--phrases", "2", "--answers", file, "--json"];
    const figures = JSON.parse((await new Person().lever(asked)).stdout);
    expect(figures).toMatchObject({ requests: 1, out_of_scope: 1, top_1: 1 });
    const [trial, ...more] = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(more).toEqual([]);
    const [right, nothing] = trial.answers;
    expect(trial.entries[right.right[0]]).toMatchObject({ command: "df -h" });
    expect(trial.entries[right.right[0]].phrases).toHaveLength(2);
    expect(right).toMatchObject({ rank: 1, first: right.right[0], decided: true, open: true, correct: true });
    expect(nothing).toMatchObject({ text: "qwx zzyq blorp", right: null, rank: 0, decided: false, correct: false });
  });

  it("refuses files that are not what they are given for", async () => {
    const commands = write("commands.jsonl", { id: "disk-usage", command: "df -h", phrases: ["check disk usage"] });
    const requests = write("named.jsonl", { text: "check disk usage", id: "disk-usage" });
    const fails = async (...args: string[]): Promise<string> => {
      const ended = await bare.lever(["eval", requests, ...args]);
      expect(ended.code).toBe(2);
      return ended.stderr;
    };
    expect(await fails("--commands", requests)).toMatch(/value 1 is no \{command, phrases\}/);
    expect(await fails("--commands", commands, "--out-of-scope", commands)).toMatch(/value 1 is no \{text\}/);
    expect(await fails("--commands", commands, "--answers", "/nonexistent/answers")).toMatch(/cannot be written/);
  });

  it("lays an index of its own, without the pack, and measures values", async () => {
    const figures = JSON.parse((await bare.lever(["eval", write("groups.jsonl", GROUP), "--json"])).stdout);
    expect(figures.values).toMatchObject({ requests: 2, command_first: 1, reading_first: 1, bound: 1, bound_wrong: 0 });
    expect(JSON.parse((await bare.lever(["list", "--own", "--json"])).stdout || "null")).toBeNull();
  });

  it("takes any text for a command, since it is only to be found", async () => {
    const draw = {
      index: [
        { id: "a", phrase: "make a backup", command: "for in do (((" },
        { id: "b", phrase: "list the printers", command: "lpstat -p" },
      ],
      queries: [{ text: "make a backup please", id: "a" }],
    };
    const figures = JSON.parse((await bare.lever(["eval", write("draws.jsonl", draw), "--json"])).stdout);
    expect(figures).toMatchObject({ requests: 1, top_1: 1 });
  });

  it("asks again what ran here, with and without what was learned", async () => {
    await bare.teach("say hello", "echo hello");
    expect((await bare.lever(["say hello"])).stdout).toBe("hello\n");
    const lines = (await bare.lever(["eval", "--history", "--json"])).stdout.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { name: "history, as it stands", requests: 1, top_1: 1, coverage: 1 },
      { name: "history, without what was learned", requests: 1, top_1: 1 },
    ]);
  });

  it("says what is wrong with a file, in one line with its place", async () => {
    const ended = await bare.lever(["eval", write("other.jsonl", { hello: 1 })]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/in none of the formats/);
    expect((await bare.lever(["eval"])).stderr).toMatch(/nothing to evaluate/);
    expect((await bare.lever(["eval", "--history", "--namespace", "empty"])).stderr).toMatch(/nothing has run/);
  });
});
