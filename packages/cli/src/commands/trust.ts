import { LeverError } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { findCommand, type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  command: string;
  score?: string | undefined;
}

export function trust(program: Program): CommandModule<object, Options> {
  return {
    command: "trust <command> [score]",
    describe: "Show or set how far a command is trusted",
    builder: (yargs) =>
      yargs
        .positional("command", { type: "string", demandOption: true, describe: "Its id or any of its phrases" })
        .positional("score", { type: "string", describe: "0 to 100" }) as never,
    handler: (options) =>
      withLever(program, options, ({ lever, print }) => {
        let row = findCommand(lever, options.command);
        if (options.score !== undefined) {
          const score = options.score.trim() === "" ? Number.NaN : Number(options.score);
          if (!(score >= 0 && score <= 100))
            throw new LeverError("usage", `trust is a number from 0 to 100, not “${options.score}”`);
          row = lever.setTrust(row.id, score);
        }
        print(
          options.json
            ? JSON.stringify(row)
            : `${row.trust}  ${printable(row.phrase)}  (${row.successes} good, ${row.failures} bad)`,
        );
      }),
  };
}
