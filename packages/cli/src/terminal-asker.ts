import type { Asker, Candidate, Proposal } from "@lever-runner/engine";
import { askValue } from "./ask-value.ts";
import { paletteFor } from "./colour.ts";
import { describeEffects, describePermissions, markLines } from "./describe-command.ts";
import { fitToScreen } from "./fit-to-screen.ts";
import { printable } from "./show-error.ts";
import type { Terminal } from "./terminal.ts";
import { withTerminal } from "./terminal-questions.ts";

const SHOWN_CANDIDATES = 3;

/** Asks the person at the terminal. The prompts' library is loaded only when something is asked. */
export function terminalAsker(noColour: boolean): Asker {
  return {
    choose: (request, candidates) => withTerminal(null, (terminal) => choose(terminal, request, candidates)),
    fill: (...question) => withTerminal(null, (terminal) => askValue(terminal, ...question)),
    confirm: (proposal) => withTerminal(false, (terminal) => confirm(terminal, proposal, noColour)),
  };
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

async function confirm(terminal: Terminal, proposal: Proposal, noColour: boolean): Promise<boolean> {
  const { confirm: ask, isCancel } = await import("./prompts.ts");
  const palette = paletteFor(terminal.output, noColour);
  const { effects, permissions } = proposal.command;
  const whole = markLines(proposal.display, proposal.valueSpans, palette).map(palette.strong);
  const display = proposal.display.trimEnd().split("\n").map(printable).join("\n");
  const { columns, rows } = terminal.output;
  const fitted = fitToScreen(display, columns, rows);
  if (fitted !== null) terminal.output.write(`${whole.join("\n")}\n`);
  const message = [
    `Run this? (${printable(proposal.why)})`,
    ...(fitted === null ? whole : fitted.split("\n").map(palette.strong)),
    palette.faint(`${describeEffects(effects)} · ${describePermissions(permissions)} · ${printable(proposal.cwd)}`),
  ].join("\n");
  const answer = await ask({ message, initialValue: false, input: terminal.input, output: terminal.output });
  return !isCancel(answer) && answer;
}
