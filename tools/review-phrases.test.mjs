import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { review } from "./review-phrases.mjs";

const pack = new URL("../packages/lever-runner/pack/", import.meta.url);
const bank = new URL("../data/phrase-bank/", import.meta.url);

/** A command whose phrases raise nothing, in words made of `stem`. */
function entry(stem, over = {}) {
  const phrases = Array.from({ length: 20 }, (_, at) => `${stem} ${stem}${"abcdefghijklmnopqrst"[at]}word please now`);
  phrases.push(`what is ${stem} up to?`, `${stem}`, `i need ${stem} because it broke`, `${slip(stem)} now`);
  return { id: stem, phrase: `show ${stem}`, aliases: phrases, command: `${stem} --all`, tags: [], ...over };
}

/** The first two letters the other way round. */
const slip = (word) => word[1] + word[0] + word.slice(2);

const reviewed = (...entries) =>
  review([{ name: "x.jsonl", text: entries.map((one) => JSON.stringify(one)).join("\n") }]);
const complaints = (...entries) => [...reviewed(...entries).errors, ...reviewed(...entries).warnings].join("\n");

test("a sound file raises nothing", () => {
  assert.equal(complaints(entry("zebra"), entry("walnut")), "");
});

test("the bank's form is read as well", () => {
  const { aliases: phrases } = entry("zebra");
  const { commands, errors } = reviewed({ command: "zebra", canonical: "show zebra", phrases });
  assert.deepEqual({ commands, errors }, { commands: 1, errors: [] });
});

const mistakes = [
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
];
for (const [name, entries, message] of mistakes) {
  test(`${name} is an error`, () => assert.match(reviewed(...entries).errors.join("\n"), message));
}

test("a default frees a phrase from its parameter", () => {
  assert.deepEqual(reviewed(entry("zebra", { command: "zebra {{n:int=3}}" })).errors, []);
});

test("a line that is not JSON is an error with its place", () => {
  const [one, two, ...rest] = review([{ name: "x.jsonl", text: "{}\nnonsense" }]).errors;
  assert.match(one, /^x\.jsonl:1: no field/);
  assert.match(two, /^x\.jsonl:2: /);
  assert.deepEqual(rest, []);
});

test("missing voices, near duplicates and phrases nearer to a neighbour are warnings", () => {
  const flat = entry("zebra", {
    phrase: "show every zebra in this place",
    aliases: entry("zebra")
      .aliases.slice(0, 20)
      .map((phrase) => `${phrase} and more`),
  });
  assert.match(complaints(flat), /no question[^]*no need or complaint[^]*no terse[^]*no phrase with a typing mistake/);

  const near = "give zebra one two three four five six seven eight";
  const two = [entry("zebra", { phrase: near }), entry("walnut", { phrase: near.replace("eight", "eight nine") })];
  assert.match(complaints(...two), /is nearly/);

  const stray = entry("walnut", { aliases: [...entry("walnut").aliases, "i need zebra zebraaword now"] });
  assert.match(complaints(entry("zebra"), stray), /"i need zebra zebraaword now" is nearer to "show zebra"/);
});

test("each command's phrases are counted by voice", () => {
  const { voices } = reviewed(entry("zebra"));
  const flat = reviewed(
    entry("zebra", { aliases: Array.from({ length: 22 }, (_, at) => `show zebra number ${at} now`) }),
  );
  assert.deepEqual(voices, [
    {
      place: "x.jsonl:1",
      counts: {
        question: 1,
        order: 1,
        "need or complaint": 1,
        "terse phrase": 3,
        "phrase with a typing mistake": 1,
      },
    },
  ]);
  assert.equal(flat.voices[0].counts.order, 23);
  assert.equal(flat.voices[0].counts.question, 0);
});

test("the pack and the bank are clean", () => {
  const files = [pack, bank].flatMap((folder) => read(folder));
  assert.ok(files.length > 0);
  assert.deepEqual(review(files, { likeness: false }).errors, []);
});

function read(folder) {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
    return names.map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));
  } catch {
    return [];
  }
}
