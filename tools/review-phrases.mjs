// Reviews files of phrases: node tools/review-phrases.mjs [--voices] FILE...
//
// A line is one command, in the form of a pack ({id, phrase, aliases, command, platforms?, params?, tags}) or of the phrase
// bank ({command, canonical, phrases}). All files given are read as one set, because a phrase is only as good as its distance
// to the neighbours. Errors make the exit code 1; warnings are for the author's eye. With --voices, each command's count of
// phrases in each voice comes first.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { nearestOwners } from "./phrase-likeness.mjs";
import { countVoices, VOICES } from "./phrase-voices.mjs";

const LEAST_PHRASES = 23;
const NEAR_DUPLICATE = 0.8;
const NEIGHBOUR_LIKENESS = 0.8;
const NEIGHBOUR_FACTOR = 1.9;
const IDLE = /^(?:in|on|of|to|for|with|from|by|at|is|are)$/;
const HOLE = /\{\{([^{}]*)\}\}/g;

/** Words that don't tell two requests apart, wherever they stand or at the start. */
const FILLER = new Set(["a", "an", "the", "please", "pls", "plz"]);
const OPENER =
  /^(?:(?:can|could|would|will) you|i (?:want|need|have) to|let me|let us|how (?:do|can) i|hey|hi|ok|okay|just) /;
const CONTRACTIONS = new Map(
  Object.entries({
    whats: "what is",
    whos: "who is",
    wheres: "where is",
    hows: "how is",
    gimme: "give me",
    lemme: "let me",
  }),
);

/**
 * Reviews the lines of `files` ({name, text}); gives {commands, phrases, voices, errors, warnings}, where `voices` has
 * {place, counts} for each command. Without `likeness`, what takes time, which is all that only compares, is left out.
 */
export function review(files, { likeness = true } = {}) {
  const errors = [];
  const warnings = [];
  const commands = files.flatMap(({ name, text }) => readCommands(name, text, errors));
  checkUnique(commands, errors);
  for (const command of commands) checkPhrases(command, errors, warnings);
  const phrases = commands.flatMap((command) => command.phrases.map((text) => ({ text, command })));
  checkDuplicates(phrases, errors);
  if (!likeness) return { commands: commands.length, phrases: phrases.length, voices: [], errors, warnings };
  const voices = countVoices(
    commands.map((command) => ({ phrases: command.phrases, words: command.phrases.map(wordsOf) })),
  );
  checkNearDuplicates(phrases, warnings);
  checkVoices(voices, commands, warnings);
  checkNeighbours(phrases, warnings);
  return {
    commands: commands.length,
    phrases: phrases.length,
    voices: voices.map((counts, at) => ({ place: commands[at].place, counts })),
    errors,
    warnings,
  };
}

function readCommands(name, text, errors) {
  const commands = [];
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    const place = `${name}:${index + 1}`;
    try {
      commands.push(readCommand(JSON.parse(line), place, errors));
    } catch (error) {
      errors.push(`${place}: ${error.message}`);
    }
  });
  return commands;
}

function readCommand(entry, place, errors) {
  const pack = "phrase" in entry;
  const known = pack
    ? ["id", "phrase", "aliases", "command", "suggest", "platforms", "params", "tags"]
    : ["command", "canonical", "phrases"];
  const required = pack ? ["id", "phrase", "aliases", "command", "tags"] : known;
  for (const key of Object.keys(entry)) if (!known.includes(key)) errors.push(`${place}: unknown field "${key}"`);
  for (const key of required) if (!(key in entry)) throw new Error(`no field "${key}"`);
  const phrases = pack ? [entry.phrase, ...entry.aliases] : [entry.canonical, ...entry.phrases];
  if (!phrases.every((phrase) => typeof phrase === "string")) throw new Error("a phrase is not text");
  if (pack && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(entry.id))
    errors.push(`${place}: id "${entry.id}" is not in kebab case`);

  const holes = holesOf(entry.command);
  for (const { name, default: value } of [...holesOf(phrases[0]), ...(entry.params ?? [])]) {
    const hole = holes.find((other) => other.name === name);
    if (hole) hole.default ??= value;
    else errors.push(`${place}: parameter "${name}" is not in the template`);
  }
  for (const [platform, template] of Object.entries(entry.platforms ?? {})) {
    if (!["linux", "macos"].includes(platform)) errors.push(`${place}: unknown platform "${platform}"`);
    const missing = namesOf(template).filter((name) => !namesOf(entry.command).includes(name));
    if (missing.length > 0) errors.push(`${place}: ${platform} has a parameter of its own: ${missing.join(", ")}`);
  }
  return { place, id: entry.id, template: entry.command, phrases, holes };
}

/** Each hole of `text` once: {name, default}; a declaration with type or default wins over a bare mention. */
function holesOf(text) {
  const holes = new Map();
  for (const [, inner] of text.matchAll(HOLE)) {
    const [, name, value] = /^([^:=]*)(?::(?:[^=(]|\([^)]*\))*)?(?:=(.*))?$/.exec(inner) ?? [null, inner];
    const seen = holes.get(name.trim()) ?? { name: name.trim(), default: undefined };
    seen.default ??= value;
    holes.set(seen.name, seen);
  }
  return [...holes.values()];
}

const namesOf = (text) => holesOf(text).map((hole) => hole.name);

function checkUnique(commands, errors) {
  for (const field of ["id", "template"]) {
    const first = new Map();
    for (const command of commands) {
      const value = command[field];
      if (value === undefined) continue;
      if (first.has(value)) errors.push(`${command.place}: ${field} "${value}" is also at ${first.get(value)}`);
      else first.set(value, command.place);
    }
  }
}

function checkPhrases({ place, phrases, holes }, errors, warnings) {
  if (phrases.length < LEAST_PHRASES)
    errors.push(`${place}: ${phrases.length} phrases, at least ${LEAST_PHRASES} wanted`);
  for (const phrase of phrases) {
    const names = namesOf(phrase);
    for (const hole of holes) {
      if (hole.default === undefined && !names.includes(hole.name))
        errors.push(`${place}: "${phrase}" has no {{${hole.name}}}`);
    }
    for (const name of names) {
      if (!holes.some((hole) => hole.name === name))
        errors.push(`${place}: "${phrase}" has {{${name}}}, the template has not`);
    }
    const bare = phrase.replace(HOLE, " \0 ");
    if (/[{}]/.test(bare)) errors.push(`${place}: unbalanced braces in "${phrase}"`);
    if (/[^\s]\{\{|\}\}[^\s,.;:?!]/.test(phrase))
      errors.push(`${place}: a parameter is glued to a word in "${phrase}"`);
    const literal = wordsOf(phrase);
    if (literal.length === 0) errors.push(`${place}: "${phrase}" has no word of its own`);
    else if (names.length > 0 && literal.every((word) => FILLER.has(word) || IDLE.test(word))) {
      warnings.push(`${place}: "${phrase}" has no telling word of its own`);
    }
  }
}

/** Lower-case words without holes and punctuation; values such as /etc/hosts and -la stay whole. */
function wordsOf(phrase) {
  return phrase
    .replace(HOLE, " ")
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replace(/^["'(]+|["'),;:?!]+$|(?<=\w)\.$/g, "").replace(/'/g, ""))
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
}

/** What two phrases must not share: words in order, holes as {}, contractions opened, filler left out. */
function keyOf(phrase) {
  const words = wordsOf(phrase.replace(HOLE, " hole0hole ")).map((word) => CONTRACTIONS.get(word) ?? word);
  const told = words.filter((word) => !FILLER.has(word)).join(" ");
  const opened = told.replace(OPENER, "");
  return opened === told ? told || words.join(" ") : keyOf(opened.replaceAll("hole0hole", "{{}}"));
}

function checkDuplicates(phrases, errors) {
  const owners = new Map();
  const own = new Set();
  for (const { text, command } of phrases) {
    const key = keyOf(text);
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, { text, command });
    else if (owner.command !== command)
      errors.push(`${command.place}: "${text}" is "${owner.text}" at ${owner.command.place}`);
    const literal = `${command.place} ${wordsOf(text.replace(HOLE, " hole0hole ")).join(" ")}`;
    if (own.has(literal)) errors.push(`${command.place}: "${text}" is there twice`);
    own.add(literal);
  }
}

function checkNearDuplicates(phrases, warnings) {
  const sets = phrases.map(({ text }) => new Set(keyOf(text).split(" ")));
  const holders = new Map();
  sets.forEach((set, at) => {
    const shared = new Map();
    for (const word of set) {
      const list = holders.get(word) ?? [];
      for (const other of list) shared.set(other, (shared.get(other) ?? 0) + 1);
      list.push(at);
      holders.set(word, list);
    }
    for (const [other, count] of shared) {
      const [one, two] = [phrases[at], phrases[other]];
      const likeness = count / (set.size + sets[other].size - count);
      if (one.command !== two.command && likeness > NEAR_DUPLICATE && keyOf(one.text) !== keyOf(two.text)) {
        warnings.push(`${one.command.place}: "${one.text}" is nearly "${two.text}" at ${two.command.place}`);
      }
    }
  });
}

/** A person's words come in several voices; a command that misses one is found less often by those who speak it. */
function checkVoices(voices, commands, warnings) {
  voices.forEach((counts, at) => {
    for (const voice of VOICES) if (counts[voice] === 0) warnings.push(`${commands[at].place}: no ${voice}`);
  });
}

/** Leaves each phrase out and asks the others whose it is. Only a really near and clearly nearer neighbour counts. */
function checkNeighbours(phrases, warnings) {
  const commands = [...new Set(phrases.map(({ command }) => command))];
  const owners = new Map(commands.map((command, at) => [command, at]));
  const asked = phrases.map(({ text, command }) => {
    return { words: wordsOf(text), owner: owners.get(command), slotted: text.includes("{{") };
  });
  let at = 0;
  for (const { own, near, nearest } of nearestOwners(asked)) {
    const { text, command } = phrases[at++];
    if (near < NEIGHBOUR_LIKENESS || near < own * NEIGHBOUR_FACTOR) continue;
    const other = commands[nearest];
    const figures = `${near.toFixed(2)} to ${own.toFixed(2)}`;
    warnings.push(`${command.place}: "${text}" is nearer to "${other.phrases[0]}" at ${other.place} (${figures})`);
  }
}

const list = (voices) =>
  Object.entries(voices)
    .map(([voice, value]) => `${voice} ${value}`)
    .join(", ");

function spreadOf(counts) {
  const sorted = counts.toSorted((one, two) => one - two);
  return `${sorted[0] ?? 0}/${sorted[Math.floor(sorted.length / 2)] ?? 0}`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.slice(2).filter((word) => word !== "--voices");
  if (names.length === 0) {
    process.stderr.write("usage: node tools/review-phrases.mjs [--voices] FILE...\n");
    process.exit(2);
  }
  const result = review(names.map((name) => ({ name, text: readFileSync(name, "utf8") })));
  const { commands, phrases, voices, errors, warnings } = result;
  const told = process.argv.includes("--voices") ? voices : [];
  const lines = told.map(({ place, counts }) => `voices   ${place}: ${list(counts)}`);
  lines.push(...warnings.map((text) => `warning  ${text}`), ...errors.map((text) => `error    ${text}`));
  const each = (voice) => voices.map(({ counts }) => counts[voice]);
  const spread = Object.fromEntries(VOICES.map((voice) => [voice, spreadOf(each(voice))]));
  lines.push(`least and median count of voices a command: ${list(spread)}`);
  lines.push(`${commands} commands, ${phrases} phrases: ${errors.length} errors, ${warnings.length} warnings`);
  process.stdout.write(`${lines.join("\n")}\n`);
  process.exitCode = errors.length > 0 ? 1 : 0;
}
