import { LeverError } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { progressBar } from "../transfer-progress.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  format: "jsonl" | "json";
  output?: string | undefined;
  all?: boolean | undefined;
  force?: boolean | undefined;
}

export function exportCommands(program: Program): CommandModule<object, Options> {
  return {
    command: "export",
    describe: "Write the commands taught here, for import elsewhere",
    builder: (yargs) =>
      yargs
        .option("format", { choices: ["jsonl", "json"], default: "jsonl", describe: "A command a line, or one list" })
        .option("output", { type: "string", alias: "o", requiresArg: true, describe: "A file instead of stdout" })
        .option("all", { type: "boolean", describe: "With the built-in commands" })
        .option("force", { type: "boolean", describe: "Write over a file that is there" }) as never,
    handler: (options) =>
      withLever(program, options, ({ lever, palette, note }) => {
        const bar = progressBar("writing", "commands");
        const { output: path, format, all = false, force = false } = options;
        const exported = untilReaderLeaves(() => lever.files.export({ path, format, all, force }, bar.show));
        bar.end();
        if (exported === null) return;
        if (options.output !== undefined) note(palette.faint(`${exported.commands} commands to ${options.output}`));
      }),
  };
}

/** Null where the reader has seen enough, as `head` has: no failure. */
function untilReaderLeaves<T>(write: () => T): T | null {
  try {
    return write();
  } catch (error) {
    if (error instanceof LeverError && error.code === "export_reader_gone") return null;
    throw error;
  }
}
