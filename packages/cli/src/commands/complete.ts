import type { CommandRow, Lever } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import {
  type Completed,
  completePhrase,
  completeWords,
  type Completion,
  type KnownPhrase,
} from "../shell/complete-words.ts";
import type { TypeableWords } from "../shell/read-help.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  /** Everything after `--`: words that may be options of another command line. */
  "--"?: unknown[];
}

/** What the parser itself knows for the words. */
export type AskParser = (words: readonly string[]) => Promise<TypeableWords>;

/** Subcommands whose arguments are a request, word by word. */
const TAKES_REQUEST: ReadonlySet<string> = new Set(["run", "expand"]);
/** Subcommands whose first argument names one command. */
const TAKES_PHRASE: ReadonlySet<string> = new Set([
  "show",
  "approve",
  "forget",
  "trust",
  "suggest",
  "audit",
  "paraphrase",
]);

/** For completion scripts: a line each, a tab before what it is about. */
export function complete(program: Program, askParser: AskParser): CommandModule<object, Options> {
  return {
    command: "complete",
    describe: false,
    handler: (options) =>
      withLever(program, options, async ({ lever, print }) => {
        const words = (options["--"] ?? []).map(String);
        for (const { text, about } of await completionsFor(words.length === 0 ? [""] : words, lever, askParser))
          print(`${printable(text)}\t${printable(about)}`);
      }),
  };
}

async function completionsFor(words: readonly string[], lever: Lever, askParser: AskParser): Promise<Completion[]> {
  const rows = lever.list();
  const phrases = rows.flatMap(phrasesOf);
  const typeable = await askParser(words);
  const [first = "", ...rest] = words;
  const asked = TAKES_REQUEST.has(first) && rest.length > 0 ? rest : words;
  const completed = completeWords(asked, {
    subcommands: asked === words ? typeable.subcommands : [],
    options: typeable.options,
    phrases,
  });
  const named = TAKES_PHRASE.has(first) && rest.length === 1 ? completePhrase(rest[0] ?? "", phrases) : [];
  return [...(await valuesFor(completed, words.at(-1) ?? "", rows, lever)), ...named, ...completed.completions];
}

/** What its owner taught; of a built-in command its first phrase, for it has many that say the same. */
function phrasesOf({ id, phrase, phrases, origin }: CommandRow): KnownPhrase[] {
  const taught = phrases.filter(({ source, pattern }) => origin === "own" && source === "taught" && !pattern);
  return [...new Set([phrase, ...taught.map(({ text }) => text)])].map((text) => ({ text, command: id }));
}

/** What the next parameter can be: its choices, or what its suggestion lists. */
async function valuesFor(
  { slot }: Completed,
  typed: string,
  rows: readonly CommandRow[],
  lever: Lever,
): Promise<Completion[]> {
  const row = rows.find(({ id }) => id === slot?.command);
  const parameter = row?.parameters.find(({ name }) => name === slot?.parameter);
  if (row === undefined || parameter === undefined) return [];
  const values = parameter.choices.length > 0 ? parameter.choices : await lever.suggest(row.id, parameter.name);
  const head = typed.includes(" ") ? typed.slice(0, typed.lastIndexOf(" ") + 1) : "";
  return values
    .map((value) => ({ text: head + value, about: parameter.name }))
    .filter(({ text }) => text.startsWith(typed));
}
