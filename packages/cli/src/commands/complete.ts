import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { completeWords } from "../shell/complete-words.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  words?: string[];
}

/** What the parser itself knows for the words: subcommands and options. */
export type AskParser = (words: readonly string[]) => Promise<readonly string[]>;

/** Subcommands whose argument is a phrase. */
const TAKES_PHRASE: ReadonlySet<string> = new Set([
  "run",
  "expand",
  "show",
  "approve",
  "forget",
  "trust",
  "suggest",
  "audit",
]);

/** For completion scripts: a line each, a tab before what it is about. */
export function complete(program: Program, askParser: AskParser): CommandModule<object, Options> {
  return {
    command: "complete [words..]",
    describe: false,
    builder: (yargs) => yargs.positional("words", { type: "string", array: true }) as never,
    handler: (options) =>
      withLever(program, options, async ({ lever, print }) => {
        const words = (options.words ?? [""]).map(String);
        const phrases = lever
          .list()
          .flatMap(({ id, phrase, phrases: all }) => [
            { text: phrase, command: id },
            ...all.filter(({ pattern }) => !pattern).map(({ text }) => ({ text, command: id })),
          ]);
        const [first = ""] = words;
        const known = (await askParser(words)).map((name) => ({ name, about: "" }));
        const asked = words.length > 1 && TAKES_PHRASE.has(first) ? words.slice(1) : words;
        const { completions, slot } = completeWords(asked, {
          subcommands: asked === words ? known.filter(({ name }) => !name.startsWith("-")) : [],
          options: known.filter(({ name }) => name.startsWith("-")),
          phrases,
        });
        const row = slot === null ? null : lever.find(slot.command);
        const parameter = row?.parameters.find(({ name }) => name === slot?.parameter);
        const values =
          row == null || parameter === undefined
            ? []
            : parameter.choices.length > 0
              ? parameter.choices
              : await lever.suggest(row.id, parameter.name).catch(() => []);
        const typed = words.at(-1) ?? "";
        const head = typed.includes(" ") ? typed.slice(0, typed.lastIndexOf(" ") + 1) : "";
        const offered = values
          .map((value) => ({ text: head + value, about: parameter?.name ?? "" }))
          .filter(({ text }) => text.startsWith(typed));
        for (const { text, about } of [...offered, ...completions]) print(`${printable(text)}\t${printable(about)}`);
      }),
  };
}
