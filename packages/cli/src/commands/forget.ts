import { type CommandRow, LeverError } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { findCommand, type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  command: string[];
}

/** An alias goes alone; a command's own phrase or its id takes the command. */
export function forget(program: Program): CommandModule<object, Options> {
  return {
    command: "forget <command..>",
    describe: "Forget a command, or one alias of it",
    builder: (yargs) =>
      yargs.positional("command", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "Its id, its phrase, or an alias to drop",
      }) as never,
    handler: (options) =>
      withLever(program, options, ({ lever, palette, print, note }) => {
        const named = options.command.join(" ");
        const kept = lever.forgetPhrase(named);
        if (kept !== null) {
          print(
            options.json
              ? JSON.stringify({ forgot: "alias", command: kept })
              : `“${printable(named)}” no longer means “${printable(kept.phrase)}”`,
          );
          return;
        }
        const meant = findCommand(lever, named);
        requireOwnName(meant, named);
        const row = lever.forget(meant.id);
        if (options.json) {
          print(JSON.stringify({ forgot: "command", command: row }));
          return;
        }
        print(`forgot “${printable(row.phrase)}”: ${printable(row.template)}`);
        const area = isBuiltIn(row) ? row.tags.at(-1) : undefined;
        if (area !== undefined) note(palette.faint(`  lever pack enable ${area} brings the built-in ones back`));
      }),
  };
}

function isBuiltIn({ id }: CommandRow): boolean {
  return id.startsWith("builtin:");
}

/** A phrase of a built-in command goes with the command or not at all, so the whole has to be meant. */
function requireOwnName(row: CommandRow, named: string): void {
  const names = [row.id, row.phrase].map((name) => name.toLowerCase());
  if (!isBuiltIn(row) || names.includes(named.trim().toLowerCase())) return;
  throw new LeverError("usage", `“${named}” is one of the phrases of the built-in “${row.phrase}”`, {
    hint: `lever forget ${row.id} forgets the command; lever teach "${named}" gives the phrase to another`,
  });
}
