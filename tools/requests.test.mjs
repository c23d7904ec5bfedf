import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../data/requests/", import.meta.url);
const KINDS = new Set([
  "chat",
  "question",
  "negation",
  "near-miss action",
  "wrong object",
  "other software",
  "nonsense",
  "code paste",
]);
const HOLE = /\{\{(\w+)(?::([a-z]+)(?:\(([^)]*)\))?)?(?:=([^}]*))?\}\}/g;

const lines = (from, start) =>
  readdirSync(from)
    .filter((name) => name.startsWith(start) && name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(new URL(name, from), "utf8").trim().split("\n"))
    .map((line) => JSON.parse(line));

const commandsOf = (from) => lines(new URL(from, import.meta.url), "");
const everyday = lines(folder, "everyday-");
const outOfScope = lines(folder, "out-of-scope-");
const groups = lines(folder, "slots-");

test("each everyday request means a built-in command", () => {
  const ids = new Set(commandsOf("../packages/lever-runner/pack/").map(({ id }) => id));
  assert.ok(everyday.length > 0);
  assert.deepEqual(
    everyday.filter(({ id }) => !ids.has(id)),
    [],
  );
});

test("each out-of-scope request is of a known kind", () => {
  assert.ok(outOfScope.length > 0);
  assert.deepEqual(
    outOfScope.filter(({ text, kind }) => text.trim() === "" || !KINDS.has(kind)),
    [],
  );
});

test("no request means two things", () => {
  const key = (text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}{}\s]/gu, "")
      .trim();
  const meanings = [
    ...commandsOf("../packages/lever-runner/pack/").flatMap(({ id, phrase, aliases }) =>
      [phrase, ...aliases].map((text) => ({ text, meaning: id })),
    ),
    ...commandsOf("../data/phrase-bank/").flatMap(({ command, canonical, phrases }) =>
      [canonical, ...phrases].map((text) => ({ text, meaning: command })),
    ),
    ...everyday.map(({ text, id }) => ({ text, meaning: id })),
    ...outOfScope.map(({ text }) => ({ text, meaning: "none" })),
  ];
  const first = new Map();
  const torn = meanings.filter(({ text, meaning }) => {
    // Punctuation alone has no key.
    if (key(text) === "") return false;
    if (!first.has(key(text))) first.set(key(text), meaning);
    return first.get(key(text)) !== meaning;
  });
  assert.deepEqual(torn, []);
});

test("no two scripts of a domain are asked for in the same words", () => {
  const scripts = lines(folder, "scripts");
  assert.ok(scripts.length > 0);
  const asked = scripts.flatMap(({ domain, command, phrases }) => {
    assert.match(command, /^\.\/[a-z-]+\.sh$/);
    return phrases.map((phrase) => `${domain}: ${phrase.toLowerCase()}`);
  });
  assert.deepEqual(
    asked.filter((one, at) => asked.indexOf(one) !== at),
    [],
  );
});

test("each slot request names a taught phrase and a value for each of its parameters", () => {
  assert.ok(groups.length > 0);
  for (const { teach, requests } of groups) {
    for (const { phrase, command } of teach) {
      const declared = new Set([...phrase.matchAll(HOLE)].map(([, name]) => name));
      for (const [, name] of command.matchAll(HOLE)) assert.ok(declared.has(name), `${command}: ${name}`);
    }
    for (const { text, phrase, params } of requests) {
      assert.ok(phrase === null || teach.some((one) => one.phrase === phrase), text);
      if (params === null) continue;
      const holes = [...phrase.matchAll(HOLE)];
      const names = new Set(holes.map(([, name]) => name));
      for (const name of Object.keys(params)) assert.ok(names.has(name), `${text}: ${name}`);
      for (const [, name, type, choices, fallback] of holes) {
        const value = params[name] ?? fallback;
        assert.ok(value !== undefined, `${text}: no ${name}`);
        if (type === "int" || type === "port") assert.match(value, /^\d+$/, text);
        if (type === "choice") assert.ok(choices.split("|").includes(value), text);
        assert.ok(value === fallback || text.toLowerCase().includes(value.toLowerCase()), `${text}: ${value}`);
      }
    }
  }
});
