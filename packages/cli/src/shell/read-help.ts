import type { Completion } from "./complete-words.ts";

export interface TypeableWords {
  subcommands: Completion[];
  options: Completion[];
}

/** What a help text says can be typed: the one place that knows all subcommands and options is the one that prints it. */
export function readHelp(help: string): TypeableWords {
  const found: TypeableWords = { subcommands: [], options: [] };
  for (const line of help.split("\n")) {
    const [, subcommand] = /^ {2}lever ([a-z][a-z-]*)/.exec(line) ?? [];
    const [, options] = /^ {2,}(-.*?)(?: {2,}|$)/.exec(line) ?? [];
    const about = /\S {2,}([^[].*?)(?: {2,}\[|$)/.exec(line)?.[1] ?? "";
    if (subcommand !== undefined) found.subcommands.push({ text: subcommand, about });
    for (const [name] of options?.matchAll(/--[a-z][a-z-]*/g) ?? []) found.options.push({ text: name, about });
  }
  return found;
}
