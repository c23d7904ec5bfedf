import { LeverError } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { findCommand, type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  command: string;
  parameter: string;
}

/** What a parameter can be, a line each: for shell completion, and to see what a suggestion gives. */
export function suggest(program: Program): CommandModule<object, Options> {
  return {
    command: "suggest <command> <parameter>",
    describe: "List what a parameter can be",
    builder: (yargs) =>
      yargs
        .positional("command", { type: "string", demandOption: true, describe: "Its id or any of its phrases" })
        .positional("parameter", { type: "string", demandOption: true }) as never,
    handler: (options) =>
      withLever(program, options, async ({ lever, print }) => {
        const row = findCommand(lever, options.command);
        const parameter = row.parameters.find(({ name }) => name === options.parameter);
        if (parameter === undefined) {
          throw new LeverError("usage", `“${row.phrase}” has no parameter ${options.parameter}`, {
            hint: `it has ${row.parameters.map(({ name }) => name).join(", ") || "none"}`,
          });
        }
        const values = parameter.choices.length > 0 ? parameter.choices : await lever.suggest(row.id, parameter.name);
        if (options.json) print(JSON.stringify(values));
        else for (const value of values) print(printable(value));
      }),
  };
}
