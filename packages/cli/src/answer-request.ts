import { type Flags, Lever, LeverError, type RunRecord } from "@lever-runner/engine";
import { type Palette, paletteFor } from "./colour.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import type { Program } from "./main.ts";
import { personAtTerminal } from "./person.ts";
import type { RequestArguments } from "./request-arguments.ts";
import { showEvidence, showRecord } from "./show-record.ts";

/** A person is there where at least one of them is a terminal. */
const STREAMS = [0, 1, 2] as const;

/** `lever "request"`: stdout is the command's own or one JSON record; what lever says goes to stderr. */
export async function answerRequest(given: RequestArguments, program: Program): Promise<number> {
  if (given.words.length === 0)
    throw new LeverError("usage", "there is no request", { hint: 'lever "check disk usage"' });
  const lever = await Lever.open(program, { flags: namespaceFlag(given) });
  if (program.ownsProcess && !isObserved(lever)) lever.leaveAtExit();
  const noColour = "NO_COLOR" in lever.environment.variables;
  const palette = paletteFor({ isTTY: lever.isTerminal(2) }, noColour);
  const asker =
    given.json || !STREAMS.some((stream) => lever.isTerminal(stream)) ? undefined : personAtTerminal(noColour);
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  try {
    warnAboutStore(lever, palette);
    const record = await lever.run(given.words.join(" "), {
      ...(given.timeoutSeconds === undefined ? {} : { timeoutSeconds: given.timeoutSeconds }),
      ...(given.confirmToken === undefined ? {} : { confirmToken: given.confirmToken }),
      ...(asker === undefined ? {} : { asker }),
      parameters: given.parameters,
      dryRun: given.dryRun,
      confirm: given.yes,
      output: given.json ? "captured" : "terminal",
      explain: given.explain || given.json,
      signal: interruption.signal,
      notify: (notice) => {
        process.stderr.write(`${palette.faint(`lever: ${notice}`)}\n`);
      },
    });
    show(record, given, palette);
    return interruption.signal.aborted ? EXIT.interrupted : exitCodeOf(record);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
    lever.close();
  }
}

/** What profiles or covers a process writes what it saw at Node's own end. */
function isObserved({ environment }: Lever): boolean {
  const { NODE_OPTIONS, NODE_V8_COVERAGE } = environment.variables;
  return process.execArgv.length > 0 || NODE_OPTIONS !== undefined || NODE_V8_COVERAGE !== undefined;
}

function namespaceFlag(given: RequestArguments): Flags {
  return given.namespace === undefined ? {} : { namespace: given.namespace };
}

function warnAboutStore(lever: Lever, palette: Palette): void {
  const { warning } = lever.facts();
  if (warning !== null) process.stderr.write(`${palette.warn("lever:")} ${warning}\n`);
}

function show(record: RunRecord, given: RequestArguments, palette: Palette): void {
  if (given.json) {
    process.stdout.write(`${JSON.stringify(record)}\n`);
    return;
  }
  const lines = [...(given.explain ? showEvidence(record, palette) : []), ...showRecord(record, palette)];
  if (lines.length > 0) process.stderr.write(`${lines.join("\n")}\n`);
}
