/** Something that the word under the cursor can become. */
export interface Completion {
  text: string;
  /** A few words beside it, where the shell shows any. */
  about: string;
}

export interface Known {
  subcommands: ReadonlyArray<{ name: string; about: string }>;
  /** Options of the subcommand that the line begins with, or of a request. */
  options: ReadonlyArray<{ name: string; about: string }>;
  /** All phrases; a slot is a word in `{{…}}`. */
  phrases: ReadonlyArray<{ text: string; command: string }>;
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
  const before = words.slice(0, -1);
  if (last.startsWith("-")) return { completions: startingWith(known.options, last), slot: null };
  const quoted = last.includes(" ");
  const typed = quoted ? last.split(/ +/) : words;
  const fitting = known.phrases.flatMap((phrase) => {
    const rest = restOf(phrase.text, typed.slice(0, -1), typed.at(-1) ?? "");
    return rest === null ? [] : [{ ...phrase, rest }];
  });
  const slotted = fitting.find(({ rest }) => rest[0]?.startsWith("{{"));
  const slot = slotted === undefined ? null : { command: slotted.command, parameter: nameOf(slotted.rest[0] ?? "") };
  const head = quoted ? `${typed.slice(0, -1).join(" ")} ` : "";
  const nextWords = fitting
    .map(({ rest, text }) => ({ text: head + (quoted ? upToSlot(rest) : (rest[0] ?? "")), about: text }))
    .filter(({ text }) => text.trim() !== "" && !text.includes("{{"));
  const commands = before.length === 0 && !quoted ? startingWith(known.subcommands, last) : [];
  return { completions: unique([...commands, ...nextWords]), slot };
}

/** The words of a phrase from the one that is being typed on; null where the phrase goes otherwise. */
function restOf(phrase: string, before: readonly string[], last: string): string[] | null {
  const parts = phrase.split(/ +/);
  const fits = before.every((word, at) => {
    const part = parts[at];
    return part !== undefined && (part.startsWith("{{") || part.toLowerCase() === word.toLowerCase());
  });
  const next = parts[before.length];
  if (!fits || next === undefined) return null;
  return next.startsWith("{{") || next.toLowerCase().startsWith(last.toLowerCase()) ? parts.slice(before.length) : null;
}

/** A quoted phrase is completed up to where a value is needed. */
function upToSlot(words: readonly string[]): string {
  const slot = words.findIndex((word) => word.includes("{{"));
  return (slot < 0 ? words : words.slice(0, slot)).join(" ");
}

function nameOf(slot: string): string {
  return /^\{\{\s*(\w+)/.exec(slot)?.[1] ?? "";
}

function startingWith(all: ReadonlyArray<{ name: string; about: string }>, start: string): Completion[] {
  return all.filter(({ name }) => name.startsWith(start)).map(({ name, about }) => ({ text: name, about }));
}

function unique(completions: readonly Completion[]): Completion[] {
  return [
    ...new Map(completions.toReversed().map((completion) => [completion.text, completion])).values(),
  ].toReversed();
}
