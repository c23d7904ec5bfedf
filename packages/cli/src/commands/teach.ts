import { LeverError, type Taught, type TeachProblem, type Understood } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Palette } from "../colour.ts";
import { describeEffects, describeParameter, describePermissions } from "../describe-command.ts";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { readGrants } from "./permission-grants.ts";
import { findCommand, type GlobalOptions, withLever } from "./open-lever.ts";
import { describeProposals, proposePhrases, requireModels } from "./propose-phrases.ts";

interface Options extends GlobalOptions {
  phrase: string;
  command: string;
  alias?: string[] | undefined;
  param?: string[] | undefined;
  trust?: number | undefined;
  pattern?: boolean | undefined;
  allow?: string[] | undefined;
  deny?: string[] | undefined;
  cwd?: string | undefined;
  timeout?: number | undefined;
  shell?: string | undefined;
  tag?: string[] | undefined;
  replace?: boolean | undefined;
  "dry-run"?: boolean | undefined;
  paraphrase?: boolean | undefined;
}

export function teach(program: Program, setExit: (code: number) => void): CommandModule<object, Options> {
  return {
    command: "teach <phrase>",
    describe: "Teach a phrase and the command it stands for",
    builder: (yargs) =>
      yargs
        .positional("phrase", {
          type: "string",
          demandOption: true,
          describe: 'For example "show logs for {{container}}"',
        })
        .option("command", {
          type: "string",
          demandOption: true,
          alias: "c",
          requiresArg: true,
          describe: "The shell command, with the same {{parameters}}",
        })
        .option("alias", { type: "string", array: true, nargs: 1, describe: "Another way to ask for it" })
        .option("param", { type: "string", array: true, nargs: 1, describe: "name:type or name:type=default" })
        .option("pattern", { type: "boolean", describe: "The phrase uses (a|b) and [optional] notation" })
        .option("trust", { type: "number", requiresArg: true, describe: "Start at this trust, 0 to 100" })
        .option("allow", {
          type: "string",
          array: true,
          nargs: 1,
          describe: "Widen: net=all, write=here, processes=see, host, ...",
        })
        .option("deny", { type: "string", array: true, nargs: 1, describe: "Narrow: net, write, processes, host" })
        .option("cwd", { type: "string", requiresArg: true, describe: "here, scratch or a folder" })
        .option("timeout", { type: "number", requiresArg: true, describe: "Seconds until it is stopped" })
        .option("shell", { type: "string", choices: ["sh", "bash"], describe: "Interpreter for shell syntax" })
        .option("tag", { type: "string", array: true, nargs: 1 })
        .option("replace", { type: "boolean", describe: "Give a phrase that is taken to this command" })
        .option("paraphrase", { type: "boolean", describe: "Ask a model once for other ways to say it" })
        .option("yes", { type: "boolean", alias: "y", describe: "Take the shown defaults" })
        .option("dry-run", { type: "boolean", alias: "n", describe: "Show what would be understood" }) as never,
    handler: async (options) => {
      if (options.trust !== undefined && !(options.trust >= 0 && options.trust <= 100)) {
        throw new LeverError("usage", "--trust is a number from 0 to 100");
      }
      const input = {
        phrase: options.phrase,
        command: options.command,
        aliases: options.alias ?? [],
        params: options.param ?? [],
        pattern: options.pattern ?? false,
        trust: options.trust ?? null,
        interpreter: options.shell ?? null,
        tags: options.tag ?? [],
        replace: options.replace ?? false,
        permissions: readGrants(options),
      };
      await withLever(program, options, async (session) => {
        const { lever, palette, print } = session;
        if (options.paraphrase) requireModels(session);
        if (options["dry-run"]) {
          const compiled = lever.compile(input);
          if (compiled.status === "refused") throw asError(compiled.problem);
          print(options.json ? JSON.stringify(compiled) : describeUnderstood(compiled.understood, palette).join("\n"));
          return;
        }
        const taught = lever.teach(input);
        if (taught.status === "refused") throw asError(taught.problem);
        if (taught.status === "exists" && !taught.same_command) setExit(2);
        print(options.json ? JSON.stringify(taught) : describeTaught(taught, palette).join("\n"));
        if (!options.paraphrase || taught.status === "exists") return;
        const proposals = await proposePhrases(session, findCommand(lever, taught.command_id));
        print(options.json ? JSON.stringify(proposals) : describeProposals(proposals).join("\n"));
      });
    },
  };
}

function describeTaught(taught: Exclude<Taught, { status: "refused" }>, palette: Palette): string[] {
  if (taught.status === "exists") {
    return taught.same_command
      ? [`already taught: “${printable(taught.phrase)}”`]
      : [
          `“${printable(taught.phrase)}” already stands for another command (${taught.command_id}); nothing was changed`,
          palette.faint("  --replace gives it to this one"),
        ];
  }
  return [`${taught.status === "created" ? "taught" : "replaced"}:`, ...describeUnderstood(taught.understood, palette)];
}

function describeUnderstood(understood: Understood, palette: Palette): string[] {
  const field = (name: string, value: string): string => `  ${palette.faint(name.padEnd(10))} ${value}`;
  const programs = understood.programs.map((program) =>
    understood.unknown_programs.includes(program) ? `${program} (not known to lever)` : program,
  );
  return [
    palette.strong(printable(understood.phrase)),
    field("command", printable(understood.template)),
    ...(understood.script === null ? [] : [field("runs as", printable(understood.script))]),
    field("program", programs.map(printable).join(", ")),
    ...understood.parameters.map((parameter) => field("parameter", describeParameter(parameter))),
    field("effects", describeEffects(understood.effects)),
    field("may", describePermissions(understood.permissions)),
    ...(understood.known === 0
      ? []
      : [
          field(
            "knows",
            `${understood.known} more ways to ask (lever show lists them, LEVER_BANK=off teaches without)`,
          ),
        ]),
    ...understood.notes.map((note) => field("note", printable(note))),
  ];
}

function asError(problem: TeachProblem): LeverError {
  const { text, start, end, hint } = problem;
  return new LeverError("teach_invalid", problem.message, {
    hint: hint ?? undefined,
    place: text === null || start === null ? undefined : { text, start, end: end ?? start + 1 },
  });
}
