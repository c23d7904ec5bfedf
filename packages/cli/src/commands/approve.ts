import type { CommandModule } from "yargs";
import { describeEffects, describePermissions } from "../describe-command.ts";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { findCommand, type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  command: string;
}

export function approve(program: Program): CommandModule<object, Options> {
  return {
    command: "approve <command>",
    describe: "Say yes to a command as it now stands",
    builder: (yargs) =>
      yargs.positional("command", {
        type: "string",
        demandOption: true,
        describe: "Its id or any of its phrases",
      }) as never,
    handler: (options) =>
      withLever(program, options, ({ lever, palette, print }) => {
        const row = lever.approve(findCommand(lever, options.command).id);
        print(
          options.json
            ? JSON.stringify(row)
            : `approved: ${palette.strong(printable(row.phrase))}\n  ${printable(row.template)}\n  ${describeEffects(row.effects)} · ${describePermissions(row.permissions)}`,
        );
      }),
  };
}
