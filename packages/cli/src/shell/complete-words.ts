/** Something that the word under the cursor can become. */
export interface Completion {
  text: string;
  /** A few words beside it, where the shell shows any. */
  about: string;
}

export interface KnownPhrase {
  /** A slot is a word in `{{…}}`. */
  text: string;
  command: string;
}

export interface Known {
  subcommands: readonly Completion[];
  /** Options of the subcommand that the line begins with, or of a request. */
  options: readonly Completion[];
  phrases: readonly KnownPhrase[];
}

export interface Completed {
  completions: Completion[];
  /** A slot that the next word fills: whose values to offer. */
  slot: { command: string; parameter: string } | null;
}

/**
 * What the last of `words`, as far as it is typed, can become. Before it stand the words already typed, without `lever`.
 * A last word with a space in it is a quoted request: whole phrases complete it; else the next word of one does.
 */
export function completeWords(words: readonly string[], known: Known): Completed {
  const last = words.at(-1) ?? "";
  if (last.startsWith("-")) return { completions: startingWith(known.options, last), slot: null };
  const quoted = last.includes(" ");
  const typed = quoted ? last.split(/ +/) : words;
  const fitting = known.phrases.flatMap((phrase) => {
    const rest = restOf(phrase.text, typed);
    return rest === null ? [] : [{ ...phrase, ...rest }];
  });
  const head = quoted ? `${typed.slice(0, -1).join(" ")} ` : "";
  const next = fitting
    .map(({ rest, text }) => ({ text: head + (quoted ? upToSlot(rest) : (rest[0] ?? "")), about: text }))
    .filter(({ text }) => text.trim() !== head.trim() && !text.includes("{{"));
  const commands = words.length === 1 && !quoted ? startingWith(known.subcommands, last) : [];
  return { completions: unique([...commands, ...next]), slot: nearestSlot(fitting) };
}

/** Whole phrases that begin so, as one word: what a subcommand takes that is about one command. */
export function completePhrase(start: string, phrases: readonly KnownPhrase[]): Completion[] {
  return phrases.filter(({ text }) => beginsWith(text, start)).map(({ text, command }) => ({ text, about: command }));
}

interface Fitting extends KnownPhrase {
  /** The phrase's words from the one that is being typed on. */
  rest: string[];
  /** How many words before it are the phrase's own. */
  literals: number;
}

/** Null where the phrase goes otherwise than what is typed. */
function restOf(phrase: string, typed: readonly string[]): Pick<Fitting, "rest" | "literals"> | null {
  const parts = phrase.split(/ +/);
  const before = typed.slice(0, -1);
  const fits = before.every((word, at) => isSlot(parts[at]) || parts[at]?.toLowerCase() === word.toLowerCase());
  const next = parts[before.length];
  if (!fits || next === undefined || !(isSlot(next) || beginsWith(next, typed.at(-1) ?? ""))) return null;
  const literals = before.filter((_, at) => !isSlot(parts[at])).length;
  // With nothing but values in common, any words fit.
  if (before.length > 0 && literals === 0) return null;
  return { rest: parts.slice(before.length), literals };
}

/** Of the phrase that shares most words with what is typed; where none does, any word could be a value. */
function nearestSlot(fitting: readonly Fitting[]): Completed["slot"] {
  const [nearest] = fitting
    .filter(({ rest, literals }) => literals > 0 && isSlot(rest[0]))
    .toSorted((a, b) => b.literals - a.literals);
  const parameter = /^\{\{\s*(\w+)/.exec(nearest?.rest[0] ?? "")?.[1];
  return nearest === undefined || parameter === undefined ? null : { command: nearest.command, parameter };
}

/** A quoted phrase is completed up to where a value is needed. */
function upToSlot(words: readonly string[]): string {
  const slot = words.findIndex((word) => word.includes("{{"));
  return (slot < 0 ? words : words.slice(0, slot)).join(" ");
}

function isSlot(word: string | undefined): boolean {
  return word?.startsWith("{{") === true;
}

function beginsWith(text: string, start: string): boolean {
  return text.toLowerCase().startsWith(start.toLowerCase());
}

function startingWith(all: readonly Completion[], start: string): Completion[] {
  return all.filter(({ text }) => text.startsWith(start));
}

/** The first of each text stays. */
function unique(completions: readonly Completion[]): Completion[] {
  const seen = new Set<string>();
  return completions.filter(({ text }) => !seen.has(text) && seen.add(text));
}
