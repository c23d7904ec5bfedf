import { basename } from "node:path";
import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { progressBar } from "../transfer-progress.ts";
import { printable } from "../show-error.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  output: string;
  all?: boolean | undefined;
  force?: boolean | undefined;
}

export function exportNail(program: Program): CommandModule<object, Options> {
  return {
    command: "export-nail",
    describe: "Pack the commands taught here into a .nail archive",
    builder: (yargs) =>
      yargs
        .option("output", {
          type: "string",
          alias: "o",
          requiresArg: true,
          demandOption: true,
          describe: "The archive",
        })
        .option("all", { type: "boolean", describe: "With the built-in commands" })
        .option("force", { type: "boolean", describe: "Write over a file that is there" }) as never,
    handler: (options) =>
      withLever(program, options, ({ lever, note, palette, print }) => {
        const { variables } = lever.environment;
        const bar = progressBar("packing", "commands");
        const packed = lever.files.exportNail(
          {
            path: options.output,
            all: options.all ?? false,
            force: options.force ?? false,
            shell: basename(variables["SHELL"] ?? ""),
            editor: basename(variables["VISUAL"] ?? variables["EDITOR"] ?? ""),
            language: (variables["LANG"] ?? "").split(/[_.]/)[0] ?? "",
          },
          bar.show,
        );
        bar.end();
        if (options.json) print(JSON.stringify(packed));
        else note(palette.faint(`${packed.reflexes} phrases to ${printable(options.output)}`));
        if (packed.left_out > 0) note(`${packed.left_out} patterns were left out: a .nail holds plain phrases only`);
        if (packed.over_usual_limit)
          note(palette.warn("it holds more than 64 MiB, which other readers of .nail archives may refuse"));
      }),
  };
}
