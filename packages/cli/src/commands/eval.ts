import { type Entry, LeverError } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import { writeAnswers } from "../evaluation/answers.ts";
import { askTrial } from "../evaluation/ask.ts";
import { average, type Figures, measure } from "../evaluation/figures.ts";
import { type BankLine, isBankLine, readBankLines } from "../evaluation/held-out.ts";
import { readHistory } from "../evaluation/history.ts";
import { readHoles } from "../evaluation/holes.ts";
import { readEvaluation, type ReadOptions, readLines } from "../evaluation/read-evaluation.ts";
import { showFailures, showFigures } from "../evaluation/show-figures.ts";
import type { Answer, Evaluation } from "../evaluation/trial.ts";
import type { Program } from "../main.ts";
import { Progress } from "../progress.ts";
import { type GlobalOptions, type Session, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  file?: string | undefined;
  "out-of-scope"?: string | undefined;
  commands?: string | undefined;
  phrases?: number | undefined;
  folds: number;
  opaque?: boolean | undefined;
  bank?: "on" | "off" | "others" | undefined;
  history?: boolean | undefined;
  failures?: boolean | undefined;
  answers?: string | undefined;
}

/** Measures how well requests find their commands. Runs nothing and records nothing. */
export function evaluate(program: Program): CommandModule<object, Options> {
  return {
    command: "eval [file]",
    describe: "Measure how well requests find their commands; runs nothing",
    builder: (yargs) =>
      yargs
        .positional("file", {
          type: "string",
          describe: "Requests as JSON lines, or a folder of such files; docs/EVALUATION.md has the formats",
        })
        .option("history", { type: "boolean", describe: "Ask again what was run here before" })
        .option("out-of-scope", { type: "string", requiresArg: true, describe: "Requests that nothing should answer" })
        .option("commands", { type: "string", requiresArg: true, describe: "Ask these {command, phrases}, not yours" })
        .option("phrases", { type: "number", requiresArg: true, describe: "Only so many phrases a command" })
        .option("folds", { type: "number", default: 4, describe: "Parts into which a phrase bank is held out" })
        .option("bank", {
          choices: ["on", "off", "others"] as const,
          describe: "Whether commands bring phrases of the bank along; others: all but those asked for",
        })
        .option("opaque", { type: "boolean", describe: "Hide what the commands are" })
        .option("failures", { type: "boolean", describe: "List what went wrong" })
        .option("answers", {
          type: "string",
          requiresArg: true,
          describe: "A file for every single answer, as JSON lines",
        })
        .conflicts("history", ["file", "commands", "phrases", "opaque", "out-of-scope", "answers"]) as never,
    handler: (options) =>
      withLever(program, options, (session) => {
        if (options.file === undefined && options.history !== true) {
          throw new LeverError("usage", "there is nothing to evaluate", {
            hint: "lever eval FILE, or lever eval --history",
          });
        }
        for (const [name, number] of [
          ["phrases", options.phrases],
          ["folds", options.folds],
        ] as const) {
          if (number !== undefined && !(Number.isInteger(number) && number > 0))
            throw new LeverError("usage", `--${name} is a whole number from 1`);
        }
        const evaluations =
          options.history === true
            ? readHistory(session.lever)
            : { [options.file ?? ""]: readEvaluation(options.file ?? "", prepare(options, session)) };
        for (const [name, evaluation] of Object.entries(evaluations)) show(name, evaluation, options, session, program);
      }),
  };
}

function prepare(options: Options, { lever }: Session): ReadOptions {
  const entries = chooseEntries(
    options,
    lever.list().map(({ id, template, phrases }) => ({
      id,
      entry: {
        command: template,
        phrases: phrases.map(({ text }) => text),
        source: phrases[0]?.source ?? "taught",
      },
    })),
  );
  const commands =
    entries === null
      ? lever.list().map(({ id, template, parameters }) => ({
          id,
          template,
          entry: null,
          holes: new Map(parameters.map((parameter) => [parameter.name, parameter.default])),
        }))
      : entries.map(({ id, entry: { command, phrases } }, number) => ({
          id,
          template: command,
          entry: number,
          holes: readHoles([command, ...phrases]),
        }));
  const outOfScope = options["out-of-scope"];
  return {
    entries: entries?.map(({ entry }) => entry) ?? null,
    commands,
    outOfScope: outOfScope === undefined ? [] : readTexts(outOfScope),
    phrases: options.phrases,
    folds: options.folds,
    opaque: options.opaque ?? false,
    bank: options.bank ?? "off",
  };
}

interface NamedEntry {
  id?: string | undefined;
  entry: Entry;
}

/** Null where the namespace itself is asked. */
function chooseEntries(options: Options, own: readonly NamedEntry[]): NamedEntry[] | null {
  const { commands, phrases: most, opaque, bank } = options;
  if (commands === undefined && most === undefined && !opaque && bank === undefined) return null;
  const all = commands === undefined ? own : readCommands(commands);
  return all.map(({ id, entry: { command, phrases, source = "taught" } }) => ({
    id,
    // A command brings phrases of the bank along when a person teaches it.
    entry: { command, phrases: phrases.slice(0, most), source: bank === undefined ? source : "taught" },
  }));
}

function readCommands(file: string): NamedEntry[] {
  const lines = readLines(file);
  const at = lines.findIndex((line) => !isBankLine(line));
  if (at >= 0) throw new LeverError("usage", `${file}: value ${at + 1} is no {command, phrases}`);
  return readBankLines(lines as BankLine[]).map(({ id, command, phrases }) => ({ id, entry: { command, phrases } }));
}

function readTexts(file: string): string[] {
  return readLines(file).map((line, at) => {
    const { text } = (line ?? {}) as { text?: unknown };
    if (typeof text !== "string") throw new LeverError("usage", `${file}: value ${at + 1} is no {text}`);
    return text;
  });
}

function show(name: string, evaluation: Evaluation, options: Options, session: Session, program: Program): void {
  const { lever, palette, print } = session;
  const total = evaluation.trials.reduce((sum, { queries }) => sum + queries.length, 0);
  const progress = new Progress("requests", total);
  const answers: Answer[][] = [];
  let done = 0;
  const began = performance.now();
  for (const trial of evaluation.trials) {
    answers.push(askTrial(trial, lever, program, (asked) => progress.show(done + asked)));
    done += trial.queries.length;
  }
  const seconds = (performance.now() - began) / 1000;
  progress.end();
  if (options.answers !== undefined) writeAnswers(options.answers, evaluation.trials, answers);
  const figures: Figures = evaluation.pooled ? measure(answers.flat()) : average(answers.map(measure));
  if (options.json === true) {
    const { embedder, version } = lever.facts();
    print(JSON.stringify({ name, trials: evaluation.trials.length, embedder, version, seconds, ...figures }));
    return;
  }
  if (options.failures === true) for (const line of showFailures(answers.flat(), palette)) print(line);
  const many = evaluation.pooled ? "" : `, means of ${evaluation.trials.length}`;
  print(`${palette.strong(name)}  ${palette.faint(`${lever.facts().embedder}, ${seconds.toFixed(1)} s${many}`)}`);
  for (const line of showFigures(figures, evaluation.aboutValues, palette)) print(line);
}
