import type { Candidate, Match } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import { EXIT } from "../exit-codes.ts";
import type { Program } from "../main.ts";
import { personAtTerminal } from "../person.ts";
import { hasPerson } from "../terminal.ts";
import { printable } from "../show-error.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  request?: string[];
  /** After `--`: a request that begins with a dash. */
  "--"?: string[];
}

/** Puts a request into a shell's words and runs nothing: what the key of `lever init` writes on the prompt. */
export function expand(program: Program, setExit: (code: number) => void): CommandModule<object, Options> {
  return {
    command: "expand [request..]",
    describe: "Print the command line that a request stands for; nothing runs",
    builder: (yargs) => yargs.positional("request", { type: "string", array: true }) as never,
    handler: (options) =>
      withLever(program, options, async ({ lever, print, note }) => {
        const asker = hasPerson() ? personAtTerminal("NO_COLOR" in lever.environment.variables) : undefined;
        const text = [...(options.request ?? []), ...(options["--"] ?? [])].join(" ");
        const match = await lever.match(text);
        const candidate = await settle(match, (candidates) => asker?.choose(text, candidates) ?? Promise.resolve(null));
        if (candidate === null) {
          note(match.kind === "none" ? `lever: no command for “${printable(text)}”` : "lever: several fit");
          return setExit(EXIT.noMatch);
        }
        const record = await lever.runCommand(candidate.command_id, {
          parameters: candidate.parameters,
          dryRun: true,
          ...(asker === undefined ? {} : { asker }),
        });
        const line = record.command?.display;
        if (line === undefined) {
          note(
            `lever: ${record.error?.message ?? `missing: ${record.missing_parameters.map(({ name }) => name).join(", ")}`}`,
          );
          return setExit(EXIT.notRun);
        }
        print(line);
      }),
  };
}

async function settle(
  match: Match,
  choose: (candidates: readonly Candidate[]) => Promise<Candidate | null>,
): Promise<Candidate | null> {
  const [best] = match.candidates;
  if (match.kind === "none" || best === undefined) return null;
  return match.kind === "likely" ? choose(match.candidates) : best;
}
