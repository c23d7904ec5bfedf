import { LeverError } from "@lever-runner/engine";
import yargs, { type Argv } from "yargs";
import type { Program } from "../main.ts";
import { EXIT } from "../exit-codes.ts";
import { refuseRepeats } from "../refuse-repeats.ts";
import { reportErrors } from "../report-errors.ts";
import { readHelp, type TypeableWords } from "../shell/read-help.ts";
import { placeOfFirstWord, readSubcommand } from "../subcommands.ts";
import { markWords, unmarkWords } from "../words-after-dashes.ts";
import { approve } from "./approve.ts";
import { audit } from "./audit.ts";
import { backup } from "./backup.ts";
import { bench } from "./bench.ts";
import { bot } from "./bot.ts";
import { complete } from "./complete.ts";
import { config } from "./config.ts";
import { doctor } from "./doctor.ts";
import { evaluate } from "./eval.ts";
import { exportNail } from "./export-nail.ts";
import { exportCommands } from "./export.ts";
import { expand } from "./expand.ts";
import { forget } from "./forget.ts";
import { importCommands, importNail } from "./import.ts";
import { list } from "./list.ts";
import { log } from "./log.ts";
import { match, STANDARD_INPUT } from "./match.ts";
import { mcp } from "./mcp.ts";
import { reembed } from "./reembed.ts";
import { serve } from "./serve.ts";
import { pack } from "./pack.ts";
import { paraphrase } from "./paraphrase.ts";
import { promote } from "./promote.ts";
import { reset } from "./reset.ts";
import { completion, init } from "./shell.ts";
import { show } from "./show.ts";
import { suggest } from "./suggest.ts";
import { stats } from "./stats.ts";
import { teach } from "./teach.ts";
import { wrong } from "./wrong.ts";
import { trust } from "./trust.ts";

const DESCRIPTION = `Ask in your own words; what runs is a command that you or the built-in pack approved before.

  lever "check disk usage"
  lever teach "show logs for {{container}}" --command "docker logs --tail 100 {{container}}"
  lever "show logs for web"`;

/** Runs one subcommand, reports what it throws, and gives the exit code. */
export function mainSubcommand(argv: readonly string[], program: Program): Promise<number> {
  return reportErrors(argv, () => runSubcommand(asHelp(argv), program));
}

/** `lever`, `lever help` and `lever help teach` ask for help in other words. */
function asHelp(argv: readonly string[]): readonly string[] {
  const at = placeOfFirstWord(argv);
  return argv.length === 0 || argv[at] === "help"
    ? [...argv.toSpliced(at, 1), "--help"]
    : markWords(argv.map(nameStandardInput));
}

/** The parser would read a lone dash after an argument's name as nothing. */
function nameStandardInput(argument: string): string {
  return argument === "-" ? STANDARD_INPUT : argument;
}

async function runSubcommand(argv: readonly string[], program: Program): Promise<number> {
  let exitCode = 0;
  // A reader that has seen enough, as `head` has, is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCode);
    process.stderr.write(`lever: standard output cannot be written: ${error.message}\n`);
    process.exit(EXIT.broken);
  });
  const set = (code: number): void => {
    exitCode = code;
  };
  await makeParser(argv, program, set)
    .fail((message, error) => {
      if (error !== undefined && error.name !== "YError") throw error;
      const subcommand = readSubcommand(argv);
      const help = subcommand === null ? "lever --help" : `lever ${subcommand} --help`;
      const dashed = argv.some((argument) => /^-[^-]/.test(argument));
      throw new LeverError("usage", describeMistake(message, subcommand), {
        hint: dashed ? `${help}; put -- before words that begin with a dash` : help,
      });
    })
    .parseAsync();
  return exitCode;
}

/** The parser counts what is missing; a person wants to know that something is. */
function describeMistake(message: string, subcommand: string | null): string {
  const line = message.trim().replaceAll(/\s*\n\s*/g, " ");
  return line.startsWith("Not enough non-option arguments") ? `lever ${subcommand ?? ""} needs more than that` : line;
}

/** All that can be typed; what becomes of a mistake is the caller's affair. */
function makeParser(argv: readonly string[], program: Program, set: (code: number) => void): Argv {
  const parser = yargs([...argv]);
  return (
    parser
      .scriptName("lever")
      // What stands after `--` is nobody's option.
      .parserConfiguration({ "populate--": true })
      .usage(`$0 "request"\n\n${DESCRIPTION}`)
      .version(program.version)
      .alias("version", "V")
      .alias("help", "h")
      .option("namespace", { type: "string", alias: "chat-id", description: "Set of commands to use", global: true })
      .option("json", { type: "boolean", description: "One JSON record on stdout", global: true })
      .command("$0 [request..]", false, (request) =>
        request
          .option("yes", { type: "boolean", alias: "y", description: "Consent in advance; never chooses" })
          .option("dry-run", { type: "boolean", alias: "n", description: "Show what would run" })
          .option("explain", { type: "boolean", description: "Show why this command was found" })
          .option("confirm", { type: "string", description: "The token of a record that needs confirmation" })
          .option("timeout", { type: "number", description: "Seconds until the command is stopped" })
          .option("param", { type: "string", array: true, description: "name=value for a parameter" }),
      )
      .command("run <words..>", 'The same as lever "request", for words that begin like a subcommand')
      .command(match(program, set))
      .command(teach(program, set))
      .command(list(program))
      .command(show(program))
      .command(approve(program, set))
      .command(forget(program))
      .command(wrong(program))
      .command(trust(program))
      .command(paraphrase(program))
      .command(suggest(program))
      .command(audit(program, set))
      .command(reembed(program))
      .command(stats(program))
      .command(log(program))
      .command(evaluate(program))
      .command(exportCommands(program))
      .command(importCommands(program, set))
      .command(exportNail(program))
      .command(importNail(program, set))
      .command(backup(program))
      .command(pack(program))
      .command(promote(program))
      .command(reset(set))
      .command(config(program))
      .command(doctor(program, set))
      .command(bench(program))
      .command(serve(program, set))
      .command(bot(program, set))
      .command(mcp(program))
      .command(completion)
      .command(init)
      .command(expand(program, set))
      .command(complete(program, (words) => askForHelp(words, program)))
      .strict()
      .middleware(unmarkWords, true)
      .check((read) => {
        refuseRepeats(read, parser);
        return true;
      })
      .wrap(Math.min(100, process.stdout.columns ?? 100))
      .exitProcess(false)
  );
}

/** What can be typed after the first of `words`, or in its place. */
function askForHelp(words: readonly string[], program: Program): Promise<TypeableWords> {
  const [first] = words;
  const about = words.length > 1 && first !== undefined && readSubcommand([first]) !== null ? [first] : [];
  return new Promise((resolve) => {
    const parser = makeParser([], program, () => {});
    void parser.parse([...about, "--help"], (_error: unknown, _read: unknown, help: string) => resolve(readHelp(help)));
  });
}
