import type { CommandModule } from "yargs";
import { describeEffects } from "../describe-command.ts";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  own?: boolean | undefined;
  tag?: string | undefined;
}

export function list(program: Program): CommandModule<object, Options> {
  return {
    command: "list",
    describe: "List the commands",
    builder: (yargs) =>
      yargs
        .option("own", { type: "boolean", describe: "Only those taught here, without the built-in pack" })
        .option("tag", { type: "string", requiresArg: true, describe: "Only those with this tag" }) as never,
    handler: (options) =>
      withLever(program, options, ({ lever, palette, print, note }) => {
        const rows = lever
          .list()
          .filter((row) => !options.own || row.origin === "own")
          .filter((row) => options.tag === undefined || row.tags.includes(options.tag));
        if (options.json) {
          for (const row of rows) print(JSON.stringify(row));
          return;
        }
        for (const row of rows) {
          const marks = [
            row.approved ? "" : palette.warn("not approved"),
            row.origin === "own" ? "" : palette.faint("built in"),
          ].filter(Boolean);
          print(
            `${palette.strong(printable(row.phrase))}\n  ${printable(row.template)}  ${palette.faint(`${describeEffects(row.effects)} · trust ${row.trust}`)} ${marks.join(" ")}`.trimEnd(),
          );
        }
        if (rows.length === 0) note('nothing here yet; lever teach "..." --command "..." adds one');
      }),
  };
}
