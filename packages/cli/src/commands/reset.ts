import { LeverError, loadConfig, readEnvironment, resetStore } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import { askChoice } from "../ask-at-terminal.ts";
import { EXIT } from "../exit-codes.ts";
import { hasPerson } from "../terminal.ts";
import { printable } from "../show-error.ts";
import type { GlobalOptions } from "./open-lever.ts";

interface Options extends GlobalOptions {
  yes?: boolean | undefined;
}

/** The store is not opened: resetting is the way out of a damaged one. */
export function reset(setExit: (code: number) => void): CommandModule<object, Options> {
  return {
    command: "reset",
    describe: "Start with an empty store; the present one is put aside",
    builder: (yargs) => yargs.option("yes", { type: "boolean", alias: "y", describe: "Do not ask" }) as never,
    handler: async (options) => {
      const { config } = await loadConfig(readEnvironment(), {});
      if (!options.yes && !(await consents(config.home))) {
        setExit(EXIT.notRun);
        process.stderr.write("nothing was changed\n");
        return;
      }
      const { kept } = resetStore(config.home);
      if (options.json) process.stdout.write(`${JSON.stringify({ kept })}\n`);
      else process.stdout.write(kept === null ? "there was no store\n" : `kept as ${printable(kept)}\n`);
    },
  };
}

async function consents(home: string): Promise<boolean> {
  if (!hasPerson())
    throw new LeverError("usage", "lever reset asks first, and nobody sits at a terminal", {
      hint: "lever export --output FILE keeps what is taught; lever reset --yes does not ask",
    });
  const message = `Forget everything in ${printable(home)}: all namespaces, trust and history?\nlever export --output FILE first keeps what is taught in a form that can be read.`;
  return askChoice(
    message,
    [
      { value: false, label: "no" },
      { value: true, label: "yes, put the store aside" },
    ],
    false,
  );
}
