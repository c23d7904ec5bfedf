import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Entry, LeverError } from "@lever-runner/engine";
import { type BankLine, holdOut, isBankLine, readBankLines } from "./held-out.ts";
import { asNamed, asRequests, type Known, type NamedLine, type RequestLine } from "./requests.ts";
import { asGroup, type GroupLine } from "./slot-groups.ts";
import type { Evaluation, Query, Trial } from "./trial.ts";
import { attachBank, type BankMode } from "./with-bank.ts";

export interface ReadOptions {
  /** What requests are asked of that bring no commands along; null for the namespace as it stands. */
  entries: readonly Entry[] | null;
  /** The commands that these are, whichever they come from. */
  commands: readonly Known[];
  /** Requests that nothing should answer, to be asked too. */
  outOfScope: readonly string[];
  /** Phrases a command where a file has many. */
  phrases: number | undefined;
  /** Folds of held-out phrases. */
  folds: number;
  /** Every command is a script whose text says nothing. */
  opaque: boolean;
  /** Whether commands bring phrases of the bank along. */
  bank: BankMode;
}

interface DrawLine {
  index: Array<{ id: string; phrase: string; command: string }>;
  queries: Array<{ text: string; id: string }>;
  out_of_scope?: Array<{ text: string }>;
}

interface IntentFile {
  train: Array<[text: string, intent: string]>;
  val: Array<[text: string, intent: string]>;
  oos_val: Array<[text: string, intent: string]>;
}

/**
 * Reads a file, or every `.jsonl` of a folder, in any of the formats that an evaluation knows.
 * @throws LeverError `usage` with the place where it is none of them.
 */
export function readEvaluation(path: string, options: ReadOptions): Evaluation {
  const evaluation = readFormat(path, options);
  return { ...evaluation, trials: evaluation.trials.flatMap((trial) => attachBank(trial, options.bank)) };
}

function readFormat(path: string, options: ReadOptions): Evaluation {
  const lines = readLines(path);
  const [first] = lines;
  if (isIntentFile(first)) return byIntent(first, options);
  if (has(first, "index", "queries")) return byDraw(lines as DrawLine[], options);
  if (has(first, "teach", "requests")) {
    const trials = (lines as GroupLine[]).map((line, number) => asGroup(line, `group ${number + 1}`));
    return { trials, pooled: true, aboutValues: true };
  }
  if (isBankLine(first)) {
    const trials = holdOut(readBankLines(lines as BankLine[]), options.folds, options.phrases);
    return { trials: trials.map(hide(options)), pooled: true, aboutValues: false };
  }
  const requests = readRequests(lines, path, options);
  if (requests !== null) {
    const queries = [...requests, ...nothing(options.outOfScope)];
    return { trials: [{ name: path, entries: options.entries, queries }], pooled: true, aboutValues: false };
  }
  throw new LeverError("usage", `${path} is in none of the formats that an evaluation reads`, {
    hint: "lines of {text, accept}, {text, id}, {index, queries}, {teach, requests} or {command, phrases}",
  });
}

/** Requests to the commands that there are; those of a `kind` want none of them. Null for another format. */
function readRequests(lines: readonly unknown[], path: string, { commands }: ReadOptions): Query[] | null {
  const format = (["accept", "id", "kind"] as const).find((key) => has(lines[0], "text", key));
  if (format === undefined) return null;
  for (const [at, line] of lines.entries()) requireTexts(line, ["text", format], `${path}: request ${at + 1}`);
  if (format === "accept") return asRequests(lines as RequestLine[], commands);
  if (format === "id") return asNamed(lines as NamedLine[], commands);
  return nothing((lines as Array<{ text: string }>).map(({ text }) => text));
}

function requireTexts(line: unknown, keys: readonly string[], where: string): void {
  const lacking = keys.find((key) => !has(line, key) || typeof (line as Record<string, unknown>)[key] !== "string");
  if (lacking === undefined) return;
  throw new LeverError("usage", `${where} has no text for “${lacking}”`, {
    hint: "all lines of a file have the form of its first",
  });
}

/** Reads a file's lines or a whole JSON value, or the lines of a folder's files. */
export function readLines(path: string): unknown[] {
  const files = isFolder(path)
    ? readdirSync(path)
        .filter((name) => name.endsWith(".jsonl"))
        .toSorted()
        .map((name) => join(path, name))
    : [path];
  return files.flatMap((file) => {
    const text = read(file);
    if (file.endsWith(".json")) return [parse(text, file, 1)];
    return text.split("\n").flatMap((line, at) => (line.trim() === "" ? [] : [parse(line, file, at + 1)]));
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new LeverError("usage", `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function parse(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LeverError("usage", `${file}:${line}: ${(cause as Error).message}`, {
      hint: "a file of lines has one JSON value a line",
      cause,
    });
  }
}

function has(line: unknown, ...keys: string[]): boolean {
  return typeof line === "object" && line !== null && keys.every((key) => Object.hasOwn(line, key));
}

function isIntentFile(value: unknown): value is IntentFile {
  return has(value, "train", "val", "oos_val");
}

function nothing(texts: readonly string[]): Query[] {
  return texts.map((text) => ({ text, wanted: null }));
}

function isEntry(number: number): Query["wanted"] {
  return { isCommand: ({ entry }) => entry === number, hasValues: () => true };
}

function byDraw(lines: readonly DrawLine[], options: ReadOptions): Evaluation {
  const trials = lines.map((draw, number): Trial => {
    const numbers = new Map(draw.index.map(({ id }, at) => [id, at]));
    return {
      name: `draw ${number + 1}`,
      entries: draw.index.map(({ phrase, command }) => ({ phrases: [phrase], command })),
      queries: [
        ...draw.queries.map(({ text, id }) => ({ text, wanted: isEntry(numbers.get(id) ?? -1) })),
        ...nothing((draw.out_of_scope ?? []).map(({ text }) => text)),
      ],
    };
  });
  return { trials: trials.map(hide(options)), pooled: false, aboutValues: false };
}

/** Each intent is a command that says nothing by itself. */
function byIntent(file: IntentFile, options: ReadOptions): Evaluation {
  const phrases = new Map<string, string[]>();
  for (const [text, intent] of file.train) {
    const those = phrases.get(intent) ?? [];
    phrases.set(intent, those);
    if (those.length < (options.phrases ?? 5)) those.push(text);
  }
  const intents = [...phrases.keys()];
  const entries = intents.map((intent) => ({ phrases: phrases.get(intent) ?? [], command: "" }));
  const queries = [
    ...file.val.map(([text, intent]) => ({ text, wanted: isEntry(intents.indexOf(intent)) })),
    ...nothing(file.oos_val.map(([text]) => text)),
  ];
  const trial = hide({ opaque: true })({ name: "intents", entries, queries });
  return { trials: [trial], pooled: true, aboutValues: false };
}

/** Puts a script's name in place of every command's text. */
function hide({ opaque }: Pick<ReadOptions, "opaque">): (trial: Trial) => Trial {
  return (trial) =>
    opaque && trial.entries !== null
      ? { ...trial, entries: trial.entries.map(({ phrases }, at) => ({ phrases, command: `./s${at + 1}.sh` })) }
      : trial;
}
