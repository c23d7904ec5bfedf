import type { Asker, Candidate, MissingParameter, Proposal } from "@lever-runner/engine";
import { paletteFor } from "./colour.ts";
import { describeEffects, describePermissions, markValues } from "./describe-command.ts";
import { printable } from "./show-error.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

const SHOWN_CANDIDATES = 3;

/** Asks the person at the terminal. The prompts' library is loaded only when something is asked. */
export function terminalAsker(noColour: boolean): Asker {
  return {
    choose: (request, candidates) => withTerminal(null, (terminal) => choose(terminal, request, candidates)),
    fill: (phrase, parameter, problem) => withTerminal(null, (terminal) => fill(terminal, phrase, parameter, problem)),
    confirm: (proposal) => withTerminal(false, (terminal) => confirm(terminal, proposal, noColour)),
  };
}

async function withTerminal<T>(otherwise: T, use: (terminal: Terminal) => Promise<T>): Promise<T> {
  const terminal = openTerminal();
  if (terminal === null) return otherwise;
  try {
    return await use(terminal);
  } finally {
    terminal.close();
  }
}

async function choose(
  terminal: Terminal,
  request: string,
  candidates: readonly Candidate[],
): Promise<Candidate | null> {
  const { isCancel, select } = await import("./prompts.ts");
  const options = candidates.slice(0, SHOWN_CANDIDATES).map((candidate, index) => ({
    value: index,
    label: printable(candidate.phrase),
    hint: `${printable(candidate.template)} · ${describeEffects(candidate.effects)}`,
  }));
  const answer = await select({
    message: `“${printable(request)}” could mean`,
    options: [...options, { value: -1, label: "none of these" }],
    input: terminal.input,
    output: terminal.output,
  });
  return isCancel(answer) || answer < 0 ? null : (candidates[answer] ?? null);
}

async function fill(
  terminal: Terminal,
  phrase: string,
  parameter: MissingParameter,
  problem: string | null,
): Promise<string | null> {
  const { isCancel, text } = await import("./prompts.ts");
  const answer = await text({
    message: `${problem === null ? "" : `${printable(problem)}. `}${printable(phrase)}: which ${parameter.name}?`,
    placeholder: parameter.type,
    validate: (value) => (value === undefined || value === "" ? "a value is needed" : undefined),
    input: terminal.input,
    output: terminal.output,
  });
  return isCancel(answer) ? null : answer;
}

async function confirm(terminal: Terminal, proposal: Proposal, noColour: boolean): Promise<boolean> {
  const { confirm: ask, isCancel } = await import("./prompts.ts");
  const palette = paletteFor(terminal.output, noColour);
  const { effects, permissions } = proposal.command;
  const message = [
    `Run this? (${proposal.why})`,
    palette.strong(markValues(proposal.display, proposal.valueSpans, palette)),
    palette.faint(`${describeEffects(effects)} · ${describePermissions(permissions)} · ${proposal.cwd}`),
  ].join("\n");
  const answer = await ask({ message, initialValue: false, input: terminal.input, output: terminal.output });
  return !isCancel(answer) && answer;
}
