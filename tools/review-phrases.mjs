// Reviews files of phrases: node tools/review-phrases.mjs FILE...
//
// A line is one command, in the form of a pack ({id, phrase, aliases, command, platforms?, params?, tags}) or of the phrase
// bank ({command, canonical, phrases}). All files given are read as one set, because a phrase is only as good as its distance
// to the neighbours. Errors make the exit code 1; warnings are for the author's eye.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const LEAST_PHRASES = 23;
const NEAR_DUPLICATE = 0.8;
const NEIGHBOUR_LIKENESS = 0.8;
const NEIGHBOUR_FACTOR = 1.9;
const IDLE = /^(?:in|on|of|to|for|with|from|by|at|is|are)$/;
const HOLE = /\{\{([^{}]*)\}\}/g;

/** Words that don't tell two requests apart, wherever they stand or at the start. */
const FILLER = new Set(["a", "an", "the", "please", "pls", "plz"]);
const OPENER = /^(?:(?:can|could|would|will) you|i (?:want|need|have) to|let me|let us|how (?:do|can) i|hey|hi|ok|okay|just) /;
const CONTRACTIONS = new Map(
  Object.entries({ whats: "what is", whos: "who is", wheres: "where is", hows: "how is", gimme: "give me", lemme: "let me" }),
);

/** Reviews the lines of `files` ({name, text}); gives {commands, phrases, errors, warnings}. */
export function review(files) {
  const errors = [];
  const warnings = [];
  const commands = files.flatMap(({ name, text }) => readCommands(name, text, errors));
  checkUnique(commands, errors);
  for (const command of commands) checkPhrases(command, errors, warnings);
  const phrases = commands.flatMap((command) => command.phrases.map((text) => ({ text, command })));
  checkDuplicates(phrases, errors);
  checkNearDuplicates(phrases, warnings);
  checkVoices(commands, warnings);
  checkNeighbours(phrases, warnings);
  return { commands: commands.length, phrases: phrases.length, errors, warnings };
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
  const known = pack ? ["id", "phrase", "aliases", "command", "platforms", "params", "tags"] : ["command", "canonical", "phrases"];
  const required = pack ? ["id", "phrase", "aliases", "command", "tags"] : known;
  for (const key of Object.keys(entry)) if (!known.includes(key)) errors.push(`${place}: unknown field "${key}"`);
  for (const key of required) if (!(key in entry)) throw new Error(`no field "${key}"`);
  const phrases = pack ? [entry.phrase, ...entry.aliases] : [entry.canonical, ...entry.phrases];
  if (!phrases.every((phrase) => typeof phrase === "string")) throw new Error("a phrase is not text");
  if (pack && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(entry.id)) errors.push(`${place}: id "${entry.id}" is not in kebab case`);

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
  if (phrases.length < LEAST_PHRASES) errors.push(`${place}: ${phrases.length} phrases, at least ${LEAST_PHRASES} wanted`);
  for (const phrase of phrases) {
    const names = namesOf(phrase);
    for (const hole of holes) {
      if (hole.default === undefined && !names.includes(hole.name)) errors.push(`${place}: "${phrase}" has no {{${hole.name}}}`);
    }
    for (const name of names) {
      if (!holes.some((hole) => hole.name === name)) errors.push(`${place}: "${phrase}" has {{${name}}}, the template has not`);
    }
    const bare = phrase.replace(HOLE, " \0 ");
    if (/[{}]/.test(bare)) errors.push(`${place}: unbalanced braces in "${phrase}"`);
    if (/[^\s]\{\{|\}\}[^\s,.;:?!]/.test(phrase)) errors.push(`${place}: a parameter is glued to a word in "${phrase}"`);
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
    else if (owner.command !== command) errors.push(`${command.place}: "${text}" is "${owner.text}" at ${owner.command.place}`);
    const literal = `${command.place} ${text.toLowerCase().replace(/[\p{P}\s]+/gu, " ").trim()}`;
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

const QUESTION = /\?$|^(what|which|who|whos|where|wheres|when|why|how|is|are|was|did|does|do|has|have|can|could|would|any|am|will)\b/i;
const PERSONAL =
  /\b(i|im|my|me|we|us|our|need|want|cant|cannot|wont|dont|doesnt|didnt|isnt|not|never|no|nothing|lost|forgot|too|full|broken?|slow|hangs|stuck|fails?|suspect|worried|before|after|wrong|old|keeps?|something|somebody|someone)\b/i;

/** A person's words come in several voices; a command that misses one is found less often by those who speak it. */
function checkVoices(commands, warnings) {
  const isTypo = typoFinder(commands.flatMap((command) => command.phrases));
  for (const { place, phrases } of commands) {
    const voices = {
      question: phrases.some((phrase) => QUESTION.test(phrase)),
      "terse phrase": phrases.some((phrase) => wordsOf(phrase).length <= 3),
      "need or complaint": phrases.some((phrase) => PERSONAL.test(phrase) && !QUESTION.test(phrase)),
      "phrase with a typing mistake": phrases.some((phrase) => wordsOf(phrase).some(isTypo)),
    };
    for (const [voice, found] of Object.entries(voices)) if (!found) warnings.push(`${place}: no ${voice}`);
  }
}

/** A rare word is taken for a slip if one or two keystrokes make it a usual one. */
function typoFinder(phrases) {
  const counts = new Map();
  for (const word of phrases.flatMap(wordsOf)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const usual = [...counts].filter(([word, count]) => count > 3 && word.length > 2).map(([word]) => word);
  const known = new Map();
  return (word) => {
    if ((counts.get(word) ?? 0) > 4 || word.length < 3) return false;
    if (!known.has(word)) known.set(word, usual.some((right) => keystrokes(word, right) <= (word.length > 5 ? 2 : 1)));
    return known.get(word);
  };
}

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
function keystrokes(from, to) {
  if (Math.abs(from.length - to.length) > 2) return 3;
  const rows = [Array.from({ length: to.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
    }
    rows.push(row);
  }
  return rows[from.length][to.length];
}

/**
 * Leaves each phrase out and asks the others whose it is: the likeness to a command is the cosine to the sum of its phrases and
 * half of that to its nearest one. Spelling alone can't see meaning, so only a clearly nearer and really near neighbour counts.
 */
function checkNeighbours(phrases, warnings) {
  const commands = [...new Set(phrases.map(({ command }) => command))];
  const places = new Map(commands.map((command, at) => [command, at]));
  const owners = Int32Array.from(phrases, ({ command }) => places.get(command));
  const vectors = vectorise(phrases);
  const holders = new Map();
  const sums = commands.map(() => new Map());
  vectors.forEach((vector, at) => {
    for (const [feature, weight] of vector) {
      if (!holders.has(feature)) holders.set(feature, []);
      holders.get(feature).push({ at, weight });
      sums[owners[at]].set(feature, (sums[owners[at]].get(feature) ?? 0) + weight);
    }
  });
  const squares = sums.map((sum) => squared(sum.values()));

  phrases.forEach(({ text, command }, at) => {
    const cosines = new Float64Array(phrases.length);
    for (const [feature, weight] of vectors[at]) {
      for (const holder of holders.get(feature)) cosines[holder.at] += weight * holder.weight;
    }
    cosines[at] = 0;
    const total = new Float64Array(commands.length);
    const best = new Float64Array(commands.length);
    for (let other = 0; other < cosines.length; other++) {
      total[owners[other]] += cosines[other];
      if (cosines[other] > best[owners[other]]) best[owners[other]] = cosines[other];
    }
    const own = owners[at];
    const likeness = total.map((sum, candidate) => {
      const square = squares[candidate] - (candidate === own ? 2 * sum + 1 : 0);
      return (square > 1e-9 ? sum / Math.sqrt(square) : 0) + best[candidate] / 2;
    });
    const near = likeness.reduce((one, value, two) => (value > likeness[one] ? two : one), own);
    if (likeness[near] > NEIGHBOUR_LIKENESS && likeness[near] > likeness[own] * NEIGHBOUR_FACTOR) {
      const { place, phrases: [canonical] } = commands[near];
      const figures = `${likeness[near].toFixed(2)} to ${likeness[own].toFixed(2)}`;
      warnings.push(`${command.place}: "${text}" is nearer to "${canonical}" at ${place} (${figures})`);
    }
  });
}

/** Words and letter triples weighted by how few commands have them; each kind makes up half of a unit vector. */
function vectorise(phrases) {
  const features = phrases.map(({ text }) => {
    const words = wordsOf(text);
    const triples = words.flatMap((word) => Array.from(word, (_, at) => `#${` ${word} `.slice(at, at + 3)}`));
    return [new Set(text.includes("{{") ? [...words, "{}"] : words), new Set(triples)];
  });
  const owners = new Map();
  features.forEach((kinds, at) => {
    for (const feature of kinds.flatMap((kind) => [...kind])) {
      if (!owners.has(feature)) owners.set(feature, new Set());
      owners.get(feature).add(phrases[at].command);
    }
  });
  const commands = new Set(phrases.map(({ command }) => command)).size;
  const rarity = (feature) => Math.log(1 + commands / owners.get(feature).size);
  return features.map((kinds) =>
    kinds.flatMap((kind) => {
      const norm = Math.sqrt(2 * squared([...kind].map(rarity)));
      return [...kind].map((feature) => [feature, rarity(feature) / norm]);
    }),
  );
}

const squared = (values) => [...values].reduce((sum, value) => sum + value * value, 0);

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.slice(2);
  if (names.length === 0) {
    process.stderr.write("usage: node tools/review-phrases.mjs FILE...\n");
    process.exit(2);
  }
  const result = review(names.map((name) => ({ name, text: readFileSync(name, "utf8") })));
  const { commands, phrases, errors, warnings } = result;
  const lines = [...warnings.map((text) => `warning  ${text}`), ...errors.map((text) => `error    ${text}`)];
  lines.push(`${commands} commands, ${phrases} phrases: ${errors.length} errors, ${warnings.length} warnings`);
  process.stdout.write(`${lines.join("\n")}\n`);
  process.exitCode = errors.length > 0 ? 1 : 0;
}
