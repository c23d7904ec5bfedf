import { LeverError } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  request?: string[] | undefined;
}

/** What was learned from a wrong match goes, and the request will not mean that command again. */
export function wrong(program: Program): CommandModule<object, Options> {
  return {
    command: "wrong [request..]",
    describe: "Take back what a request was taken for: the last one, or this one",
    builder: (yargs) =>
      yargs.positional("request", {
        type: "string",
        array: true,
        describe: "A request; the last that ran if left out",
      }) as never,
    handler: (options) =>
      withLever(program, options, ({ lever, palette, print }) => {
        const request = options.request?.join(" ") ?? "";
        const taken = lever.takeBack(request === "" ? null : request);
        if (taken === null) {
          throw new LeverError("usage", "there is no match to take back", {
            hint: 'lever log shows what ran; lever wrong "request" names one',
          });
        }
        if (options.json) {
          print(JSON.stringify(taken));
          return;
        }
        for (const alias of taken.aliases) print(`forgot “${printable(alias)}”`);
        if (taken.own === null) {
          print(`“${printable(taken.request)}” no longer means “${printable(taken.phrase)}”`);
          return;
        }
        print(`“${printable(taken.request)}” is what “${printable(taken.own)}” asks for, so it stands`);
        print(palette.faint(`  lever forget "${printable(taken.own)}" takes the phrase away`));
      }),
  };
}
