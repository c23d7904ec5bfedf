import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { findCommand, type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  command: string;
}

/** An alias goes alone; a command's own phrase or its id takes the command. */
export function forget(program: Program): CommandModule<object, Options> {
  return {
    command: "forget <command>",
    describe: "Forget a command, or one alias of it",
    builder: (yargs) =>
      yargs.positional("command", {
        type: "string",
        demandOption: true,
        describe: "Its id, its phrase, or an alias to drop",
      }) as never,
    handler: (options) =>
      withLever(program, options, ({ lever, print }) => {
        const kept = lever.forgetPhrase(options.command);
        if (kept !== null) {
          print(
            options.json
              ? JSON.stringify({ forgot: "alias", command: kept })
              : `“${printable(options.command)}” no longer means “${printable(kept.phrase)}”`,
          );
          return;
        }
        const row = lever.forget(findCommand(lever, options.command).id);
        print(
          options.json
            ? JSON.stringify({ forgot: "command", command: row })
            : `forgot “${printable(row.phrase)}”: ${printable(row.template)}`,
        );
      }),
  };
}
