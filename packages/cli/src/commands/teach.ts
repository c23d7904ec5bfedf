import {
  LeverError,
  type Permissions,
  type Taught,
  type TeachOptions,
  type TeachProblem,
  type Understood,
} from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Palette } from "../colour.ts";
import { describeFacts } from "../describe-facts.ts";
import type { Program } from "../main.ts";
import { hasPerson } from "../terminal.ts";
import { printable } from "../show-error.ts";
import { describeProposals, proposePhrases, requireModels } from "./propose-phrases.ts";
import { findCommand, type GlobalOptions, type Session, withLever } from "./open-lever.ts";
import { ALLOW_HELP, DENY_HELP, type GrantOptions, hasGrants, readGrants } from "./permission-grants.ts";
import { askReach, NARROWEST, unknownNote } from "./unknown-program.ts";

interface Options extends GlobalOptions, GrantOptions {
  phrase: string[];
  command: string;
  alias?: string[] | undefined;
  param?: string[] | undefined;
  trust?: number | undefined;
  pattern?: boolean | undefined;
  shell?: string | undefined;
  tag?: string[] | undefined;
  suggest?: string[] | undefined;
  "keep-output"?: boolean | undefined;
  replace?: boolean | undefined;
  yes?: boolean | undefined;
  "dry-run"?: boolean | undefined;
  paraphrase?: boolean | undefined;
}

export function teach(program: Program, setExit: (code: number) => void): CommandModule<object, Options> {
  return {
    command: "teach <phrase..>",
    describe: "Teach a phrase and the command it stands for",
    builder: (yargs) =>
      yargs
        .positional("phrase", {
          type: "string",
          array: true,
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
          describe: `Widen: ${ALLOW_HELP}`,
        })
        .option("deny", { type: "string", array: true, nargs: 1, describe: `Narrow: ${DENY_HELP}` })
        .option("suggest", {
          type: "string",
          array: true,
          nargs: 1,
          describe: "parameter=command: a command that only reads and lists what the parameter can be",
        })
        .option("keep-output", { type: "boolean", describe: "Keep the end of captured output in the log" })
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
      const [phrase = "", ...more] = options.phrase;
      if (more.length > 0) {
        throw new LeverError("usage", `the phrase is one argument: put it in quotes`, {
          hint: `lever teach "${options.phrase.join(" ")}" --command ...`,
        });
      }
      const input = {
        phrase,
        command: options.command,
        aliases: options.alias ?? [],
        params: options.param ?? [],
        pattern: options.pattern ?? false,
        trust: options.trust ?? null,
        interpreter: options.shell ?? null,
        tags: options.tag ?? [],
        replace: options.replace ?? false,
        permissions: {} as Partial<Permissions>,
        suggest: readSuggestions(options.suggest ?? []),
        keep_output: options["keep-output"] ?? false,
      };
      await withLever(program, options, async (session) => {
        const { lever, palette, print } = session;
        if (options.paraphrase) requireModels(session);
        input.permissions = await decidePermissions(input, options, session);
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
  const [phrase = "", ...facts] = describeFacts(understood, palette);
  return [
    phrase,
    field("program", programs.map(printable).join(", ")),
    ...facts,
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

/** What the teacher widened or narrowed; for a program that nothing is known of, what they say at the terminal. */
async function decidePermissions(
  input: TeachOptions,
  options: Options,
  { lever, note }: Session,
): Promise<Partial<Permissions>> {
  const compiled = lever.compile(input);
  if (compiled.status === "refused") throw asError(compiled.problem);
  const { understood } = compiled;
  const asks = understood.unknown_programs.length > 0 && !hasGrants(options);
  if (asks && hasPerson() && !options.yes && !options.json && !options["dry-run"]) {
    const answer = await askReach(understood);
    if (answer === null)
      throw new LeverError("usage", "nothing was taught", { hint: "--yes takes the narrowest answer" });
    return answer;
  }
  if (asks) {
    note(`note: ${unknownNote(understood)}`);
    return NARROWEST;
  }
  return readGrants(options, understood.permissions);
}

function readSuggestions(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const [name = "", command] = word.split(/=(.*)/s);
      if (command === undefined || name === "" || command.trim() === "") {
        throw new LeverError("usage", `--suggest ${word}: expected parameter=command`, {
          hint: "for example --suggest container='docker ps --format {{.Names}}'",
        });
      }
      return [name, command];
    }),
  );
}

function asError(problem: TeachProblem): LeverError {
  const { text, start, end, hint } = problem;
  return new LeverError("teach_invalid", problem.message, {
    hint: hint ?? undefined,
    place: text === null || start === null ? undefined : { text, start, end: end ?? start + 1 },
  });
}
