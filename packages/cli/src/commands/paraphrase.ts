import { type CommandRow, LeverError } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { findCommand, type GlobalOptions, withLever } from "./open-lever.ts";
import { describeProposals, proposePhrases, requireModels } from "./propose-phrases.ts";

interface Options extends GlobalOptions {
  command?: string | undefined;
  all?: boolean | undefined;
}

export function paraphrase(program: Program): CommandModule<object, Options> {
  return {
    command: "paraphrase [command]",
    describe: "Ask a model for other ways to say a phrase; you take them one by one",
    builder: (yargs) =>
      yargs
        .positional("command", { type: "string", describe: "Id or phrase of the command" })
        .option("all", { type: "boolean", describe: "All your commands that have no such phrases yet" }) as never,
    handler: async (options) => {
      if ((options.command === undefined) === !options.all)
        throw new LeverError("usage", "name one command, or say --all", { hint: "lever paraphrase --help" });
      await withLever(program, options, async (session) => {
        requireModels(session);
        const { lever, print, note } = session;
        const commands =
          options.command === undefined ? lever.list().filter(isNew) : [findCommand(lever, options.command)];
        for (const [index, command] of commands.entries()) {
          if (commands.length > 1) note(`lever: ${index + 1} of ${commands.length}`);
          const proposals = await proposePhrases(session, command);
          print(options.json ? JSON.stringify(proposals) : describeProposals(proposals).join("\n"));
        }
      });
    },
  };
}

function isNew({ origin, phrases }: CommandRow): boolean {
  return origin === "own" && phrases.every(({ source }) => source !== "model");
}
