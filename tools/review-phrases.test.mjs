import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { review } from "./review-phrases.mjs";

const pack = new URL("../packages/lever-runner/pack/", import.meta.url);
const bank = new URL("../data/phrase-bank/", import.meta.url);

/** A command whose phrases raise nothing, in words made of `stem`. */
function entry(stem, over = {}) {
  const phrases = Array.from({ length: 20 }, (_, at) => `${stem} ${stem}${"abcdefghijklmnopqrst"[at]}word please now`);
  phrases.push(`what is ${stem} up to?`, `${stem}`, `i need ${stem} because it broke`, `${stem.slice(0, -1)} now`);
  return { id: stem, phrase: `show ${stem}`, aliases: phrases, command: `${stem} --all`, tags: [], ...over };
}

const reviewed = (...entries) =>
  review([{ name: "x.jsonl", text: entries.map((one) => JSON.stringify(one)).join("\n") }]);
const complaints = (...entries) => [...reviewed(...entries).errors, ...reviewed(...entries).warnings].join("\n");

test("a sound file raises nothing", () => {
  expect(complaints(entry("zebra"), entry("walnut"))).toBe("");
});

test("the bank's form is read as well", () => {
  const { aliases: phrases } = entry("zebra");
  expect(reviewed({ command: "zebra", canonical: "show zebra", phrases })).toMatchObject({ commands: 1, errors: [] });
});

test.each([
  ["an id twice", [entry("zebra"), entry("walnut", { id: "zebra" })], /id "zebra" is also at/],
  [
    "a template twice",
    [entry("zebra"), entry("walnut", { command: "zebra --all" })],
    /template "zebra --all" is also at/,
  ],
  [
    "a phrase of two commands, but for filler",
    [entry("zebra"), entry("walnut", { phrase: "Could you show the zebra?" })],
    /is "show zebra"/,
  ],
  ["too few phrases", [entry("zebra", { aliases: ["zebra"] })], /2 phrases, at least/],
  ["a missing parameter", [entry("zebra", { command: "zebra {{n:int}}" })], /has no \{\{n\}\}/],
  ["an unknown parameter", [entry("zebra", { phrase: "show zebra {{n}}" })], /parameter "n" is not in the template/],
  ["a parameter glued to a word", [entry("zebra", { phrase: "zebras{{n:int}}", command: "zebra {{n}}" })], /glued/],
  [
    "a parameter without words",
    [entry("zebra", { phrase: "{{n:int}}", command: "zebra {{n}}" })],
    /no word of its own/,
  ],
  ["an unknown field", [entry("zebra", { extra: 1 })], /unknown field "extra"/],
  ["another parameter on another platform", [entry("zebra", { platforms: { macos: "zebra {{n}}" } })], /of its own: n/],
])("%s is an error", (_, entries, message) => {
  expect(reviewed(...entries).errors.join("\n")).toMatch(message);
});

test("a default frees a phrase from its parameter", () => {
  expect(reviewed(entry("zebra", { command: "zebra {{n:int=3}}" })).errors).toEqual([]);
});

test("a line that is not JSON is an error with its place", () => {
  expect(review([{ name: "x.jsonl", text: "{}\nnonsense" }]).errors).toEqual([
    expect.stringMatching(/^x\.jsonl:1: no field/),
    expect.stringMatching(/^x\.jsonl:2: /),
  ]);
});

test("missing voices, near duplicates and phrases nearer to a neighbour are warnings", () => {
  const flat = entry("zebra", {
    phrase: "show every zebra in this place",
    aliases: entry("zebra")
      .aliases.slice(0, 20)
      .map((phrase) => `${phrase} and more`),
  });
  expect(complaints(flat)).toMatch(
    /no question[^]*no terse[^]*no need or complaint[^]*no phrase with a typing mistake/,
  );

  const near = "give zebra one two three four five six seven eight";
  const two = [entry("zebra", { phrase: near }), entry("walnut", { phrase: near.replace("eight", "eight nine") })];
  expect(complaints(...two)).toMatch(/is nearly/);

  const stray = entry("walnut", { aliases: [...entry("walnut").aliases, "i need zebra zebraaword now"] });
  expect(complaints(entry("zebra"), stray)).toMatch(/"i need zebra zebraaword now" is nearer to "show zebra"/);
});

test("the pack and the bank are clean", () => {
  const files = [pack, bank].flatMap((folder) => read(folder));
  expect(files.length).toBeGreaterThan(0);
  expect(review(files).errors).toEqual([]);
});

function read(folder) {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
    return names.map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));
  } catch {
    return [];
  }
}
