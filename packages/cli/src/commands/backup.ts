import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  file: string;
}

export function backup(program: Program): CommandModule<object, Options> {
  return {
    command: "backup <file>",
    describe: "Copy the whole store; others may go on using it",
    builder: (yargs) =>
      yargs.positional("file", { type: "string", demandOption: true, describe: "A new file" }) as never,
    handler: (options) =>
      withLever(program, options, ({ lever, print }) => {
        const copy = lever.files.backup(options.file);
        print(options.json ? JSON.stringify(copy) : `${printable(copy.path)} (${copy.bytes} bytes)`);
      }),
  };
}
