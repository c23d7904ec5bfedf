import type { Installation } from "@lever-runner/engine";
import { answerRequest } from "./answer-request.ts";
import { readRequestArguments } from "./request-arguments.ts";
import { reportErrors } from "./report-errors.ts";
import { requireUtf8 } from "./require-utf8.ts";
import { placeOfFirstWord, readSubcommand } from "./subcommands.ts";

export interface Program extends Installation {
  version: string;
  /** The process is this program's alone, and ends with it. */
  ownsProcess?: boolean;
}

/**
 * The command line's one entry. A plain request is answered here; everything else is a subcommand, whose parser is loaded
 * only then. Sets the exit code and returns; never throws.
 */
export async function main(argv: readonly string[], program: Program): Promise<void> {
  await reportErrors(argv, async () => {
    requireUtf8(argv);
    const subcommand = readSubcommand(argv);
    const runs = subcommand === "run";
    if ((subcommand !== null && !runs) || argv.length === 0) return runSubcommands(argv, program);
    const request = readRequestArguments(runs ? argv.toSpliced(placeOfFirstWord(argv), 1) : argv);
    return request.help || request.version ? runSubcommands(argv, program) : answerRequest(request, program);
  });
}

/** Reports for itself: it is a bundle of its own, with its own copy of every class. */
async function runSubcommands(argv: readonly string[], program: Program): Promise<number> {
  const { mainSubcommand } = await import("./commands/index.ts");
  return mainSubcommand(argv, program);
}
