import { LeverError } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  limit: number;
}

export function log(program: Program): CommandModule<object, Options> {
  return {
    command: "log",
    describe: "List the latest runs",
    builder: (yargs) =>
      yargs.option("limit", { type: "number", default: 20, requiresArg: true, describe: "How many" }) as never,
    handler: (options) =>
      withLever(program, options, ({ lever, palette, print }) => {
        if (!(Number.isInteger(options.limit) && options.limit > 0))
          throw new LeverError("usage", "--limit is a whole number above 0");
        for (const row of lever.log(options.limit)) {
          if (options.json) {
            print(JSON.stringify(row));
            continue;
          }
          const end = row.timed_out
            ? "timed out"
            : row.signal === null
              ? `exit ${row.exit_code}`
              : `signal ${row.signal}`;
          print(
            `${new Date(row.at).toISOString()}  ${row.exit_code === 0 ? palette.good(end) : palette.warn(end)}  “${printable(row.request)}”  ${palette.faint(printable(row.argv.join(" ")))}`,
          );
        }
      }),
  };
}
