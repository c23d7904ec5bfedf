// Thirty days of one person: 70 commands, 30 requests a day, repeats and new ways to say things. What runs unasked, what is
// asked, what is wrong, and how that changes as choices are learned.
//
// The commands are the phrase bank's. Half of each one's phrases are what the bank would bring along (left out with
// --no-bank); requests come from the other half alone. Nothing runs: every right choice counts as a success.
// Run after `npm run build`: node bench/learning.mjs [--no-bank] [--no-learning] [--seed N] [--people N] [--json]; with --write
// it lives through all three cases and puts their tables into docs/LEARNING.md. LEVER_EMBEDDER=hash for the other embedder.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nativeFolder, root } from "../tools/build-steps.mjs";

const { values: given } = parseArgs({
  options: {
    "no-bank": { type: "boolean", default: false },
    "no-learning": { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    people: { type: "string", default: "20" },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
/** How this person lives: whether the bank is attached, whether choices are learned. */
let life = { bank: !given["no-bank"], learning: !given["no-learning"] };
const DAYS = 30;
const COMMANDS = 70;
const REQUESTS = 30;
/** Of requests: said before in these very words. */
const REPEATS = 0.6;
const PERIODS = [
  [1, 1],
  [2, 3],
  [4, 7],
  [8, 14],
  [15, 30],
];

/** Mulberry32: the same numbers in every run. */
function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let chance = numbers(Number(given.seed));
const pick = (all) => all[Math.floor(chance() * all.length)];

function shuffled(all) {
  const mixed = [...all];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = Math.floor(chance() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other], mixed[at]];
  }
  return mixed;
}

const HOLE = /\{\{(\w+)([^}]*)\}\}/g;

function readBank() {
  const folder = join(root, "data/phrase-bank");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), "utf8").trim().split("\n"))
    .map((line) => JSON.parse(line));
}

const folder = nativeFolder();
const addon = createRequire(import.meta.url)(join(folder, "lever.node"));
let home = "";
let core = null;
const call = (name, ...values) =>
  JSON.parse(core[name](...values.map((value) => (typeof value === "object" ? JSON.stringify(value) : value))));
const NAMESPACE = "default";

/** Teaches each command by its canonical phrase; gives what the person may say for it. */
function teach(entries) {
  const halves = entries.map((entry) => ({ ...entry, phrases: shuffled(entry.phrases) }));
  const bank = join(home, "bank.tsv");
  const lines = halves.map(({ command, phrases }) => ["", command, ...phrases.slice(0, phrases.length / 2)].join("\t"));
  writeFileSync(bank, `${lines.join("\n")}\n`);
  core = addon.openCore(
    JSON.stringify({
      home,
      namespace: NAMESPACE,
      seed: false,
      embedder: process.env.LEVER_EMBEDDER ?? "auto",
      pack: "",
      bank: life.bank ? bank : null,
      platform: "linux",
      trust: { new: 50, success: 1.5, failure: 4, floor: 40 },
    }),
  );
  const known = [];
  for (const { command, canonical, phrases } of halves) {
    if (known.length === COMMANDS) break;
    const input = {
      phrase: canonical.replaceAll(HOLE, (hole, name) => declared(command, name) ?? hole),
      pattern: false,
      aliases: [],
      command,
      params: [],
      interpreter: null,
      trust: null,
      tags: [],
      permissions: {},
      replace: false,
      approve: true,
    };
    const taught = call("teach", NAMESPACE, input);
    if (taught.status !== "created") continue;
    known.push({ id: taught.command_id, said: phrases.slice(phrases.length / 2), habits: [], ...taught.understood });
  }
  return known;
}

/** A parameter as the command declares it, so that the phrase has its type. */
function declared(command, name) {
  return [...command.matchAll(HOLE)].find(([, other]) => other === name)?.[0];
}

/** The person says something: what they said before, or a new way. Values are new each time. */
function say(command) {
  const repeats = command.habits.length > 0 && (command.said.length === 0 || chance() < REPEATS);
  const words = repeats ? pick(command.habits) : command.said.pop();
  if (!repeats) command.habits.push(words);
  const values = {};
  const text = words.replaceAll(HOLE, (_hole, name) => (values[name] ??= valueFor(command, name)));
  return { text, values };
}

function valueFor(command, name) {
  const { type } = command.parameters.find((parameter) => parameter.name === name) ?? { type: "word" };
  if (type === "int") return pick(["5", "20", "40"]);
  if (type === "port") return pick(["8080", "3000", "5432"]);
  if (type === "host") return pick(["web01.lan", "10.0.0.5", "example.org"]);
  if (type === "url") return pick(["https://example.org/x", "https://git.lan/a.git"]);
  if (type === "path") return pick(["notes.txt", "app.log", "report.pdf", "/etc/hosts"]);
  if (type === "dir") return pick(["src", "/var/log", "photos"]);
  return pick(["nginx", "web01", "redis", "alpha", "main"]);
}

function record(command, request, match, values, learn) {
  return call("record", NAMESPACE, {
    id: `${Date.now()}-${Math.round(chance() * 1e12)}`,
    request,
    command_id: command.id,
    argv: ["x"],
    parameters: values,
    digest: command.digest,
    phrase: match.candidates[0]?.phrase,
    gate: match.gate,
    kind: match.kind,
    caller: "person",
    cwd: "/",
    confirmed: false,
    exit_code: 0,
    signal: null,
    timed_out: false,
    duration_ms: 1,
    stdout_bytes: 0,
    stderr_bytes: 0,
    truncated: false,
    sandbox: {},
    verdict: "success",
    learn: learn && life.learning,
  });
}

/** One request to its end: what the person saw. */
function live(command) {
  const { text, values } = say(command);
  const match = call("rank", NAMESPACE, text);
  const [first] = match.candidates;
  const defaults = Object.fromEntries(command.parameters.map(({ name, default: value }) => [name, value]));
  const wanted = { ...defaults, ...values };
  const has = (candidate) =>
    Object.entries(wanted).every(([name, value]) => (candidate.parameters[name] ?? defaults[name]) === value);
  const { destroys, privileged, writes, unknown } = command.effects;
  const reads = !(destroys || privileged || writes || unknown);
  if (match.show_only) return "shown";
  if (match.kind === "exact" || match.kind === "sure") {
    const complete = first.command_id === command.id ? has(first) : true;
    if (first.command_id !== command.id || !complete) {
      // Values that are missing are asked for; others are wrong.
      const asked =
        first.command_id === command.id &&
        Object.entries(wanted).every(([name, value]) => [undefined, value].includes(first.parameters[name]));
      if (asked) {
        record(command, text, match, wanted, true);
        return "value asked";
      }
      const other = first.effects;
      const asks = match.kind === "sure" && (other.writes || other.unknown || other.destroys || other.privileged);
      if (!asks && life.learning) {
        record({ ...command, id: first.command_id }, text, match, first.parameters, false);
        call("takeBack", NAMESPACE, "");
      }
      return asks ? "declined" : "wrong";
    }
    const confirmed = destroys || privileged || (match.kind === "sure" && !reads);
    record(command, text, match, wanted, confirmed && match.kind === "sure");
    return confirmed ? "confirmed" : match.kind;
  }
  if (match.kind === "likely" && match.candidates.slice(0, 5).some(({ command_id: id }) => id === command.id)) {
    record(command, text, match, wanted, true);
    return "chosen";
  }
  return "not found";
}

const OUTCOMES = ["exact", "sure", "confirmed", "value asked", "chosen", "not found", "shown", "declined", "wrong"];

/** The outcomes of one person's days. */
function liveThrough(seed) {
  chance = numbers(seed);
  home = mkdtempSync(join(tmpdir(), "lever-learning-"));
  try {
    const commands = teach(shuffled(readBank()));
    // Few commands are used much, most are seldom.
    const weights = commands.map((_, at) => 1 / (at + 1) ** 0.8);
    const sum = weights.reduce((all, one) => all + one, 0);
    const next = () => {
      let left = chance() * sum;
      return commands[weights.findIndex((weight) => (left -= weight) < 0)] ?? commands[0];
    };
    return Array.from({ length: DAYS }, () => Array.from({ length: REQUESTS }, () => live(next())));
  } finally {
    core?.close();
    core = null;
    rmSync(home, { recursive: true, force: true });
  }
}

/** Shares of all people's outcomes, by period. */
function summarise() {
  const people = Array.from({ length: Number(given.people) }, (_, at) => liveThrough(Number(given.seed) + at));
  return PERIODS.map(([from, to]) => {
    const outcomes = people.flatMap((days) => days.slice(from - 1, to).flat());
    const shares = OUTCOMES.map((outcome) => outcomes.filter((one) => one === outcome).length / outcomes.length);
    return { days: from === to ? `${from}` : `${from} to ${to}`, requests: outcomes.length, shares };
  });
}

function table(rows) {
  const line = (cells) => `| ${cells.join(" | ")} |\n`;
  const head = ["days", "requests", ...OUTCOMES];
  const body = rows.map(({ days, requests, shares }) =>
    line([days, requests, ...shares.map((share) => `${(100 * share).toFixed(1)} %`)]),
  );
  return line(head) + line(head.map(() => "---")) + body.join("");
}

const CASES = [
  ["Bank and learning", { bank: true, learning: true }],
  ["Learning alone (`--no-bank`)", { bank: false, learning: true }],
  ["The bank alone (`--no-learning`)", { bank: true, learning: false }],
];

/** Puts the tables of all cases between the page's two marks. */
function writePage() {
  const file = join(root, "docs/LEARNING.md");
  const page = readFileSync(file, "utf8");
  const [start, end] = ["<!-- written by bench/learning.mjs -->\n", "<!-- end -->"];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for the tables`);
  const tables = CASES.map(([title, how]) => {
    life = how;
    return `${title}:\n\n${table(summarise())}\n`;
  });
  const about = `${given.people} people, ${process.env.LEVER_EMBEDDER ?? "the learned embedder"}.`;
  writeFileSync(file, `${page.slice(0, from)}${start}\n${about}\n\n${tables.join("")}${page.slice(to)}`);
}

if (given.write) writePage();
else {
  const rows = summarise();
  process.stdout.write(given.json ? `${JSON.stringify({ outcomes: OUTCOMES, rows })}\n` : table(rows));
}
