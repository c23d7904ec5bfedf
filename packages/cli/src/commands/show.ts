import type { CommandRow } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Palette } from "../colour.ts";
import { describeFacts } from "../describe-facts.ts";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { findCommand, type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  command: string;
}

export function show(program: Program): CommandModule<object, Options> {
  return {
    command: "show <command>",
    describe: "Show all there is to know of a command",
    builder: (yargs) =>
      yargs.positional("command", {
        type: "string",
        demandOption: true,
        describe: "Its id or any of its phrases",
      }) as never,
    handler: (options) =>
      withLever(program, options, ({ lever, palette, print }) => {
        const row = findCommand(lever, options.command);
        print(options.json ? JSON.stringify(row) : describeRow(row, palette).join("\n"));
      }),
  };
}

export function describeRow(row: CommandRow, palette: Palette): string[] {
  const field = (name: string, value: string): string => `  ${palette.faint(name.padEnd(10))} ${value}`;
  const aliases = row.phrases.filter(({ text }) => text !== row.phrase);
  return [
    palette.strong(printable(row.phrase)),
    ...describeFacts(row, palette).slice(1),
    field("trust", `${row.trust} (${row.successes} good, ${row.failures} bad)`),
    field("approved", row.approved ? "yes" : palette.warn("no: lever approve " + row.id)),
    field("from", row.origin === "own" ? "taught here" : "the built-in pack"),
    field("id", row.id),
    ...aliases.map(({ text, source }) =>
      field(source === "taught" || source === "pack" ? "also" : `also (${source})`, printable(text)),
    ),
  ];
}
