import { basename } from "node:path";
import { LeverError, type HistoryProposal } from "@lever-runner/engine";
import { askSeveral } from "../ask-at-terminal.ts";
import { hasPerson } from "../terminal.ts";
import { printable } from "../show-error.ts";
import { STANDARD_INPUT } from "./match.ts";
import type { GlobalOptions, Session } from "./open-lever.ts";

interface Options extends GlobalOptions {
  file: string;
  "dry-run"?: boolean | undefined;
}

type Shell = "bash" | "zsh" | "fish" | undefined;

/** As many as a person looks through. */
const SHOWN = 25;

/** Whether a file is a shell history, and whose; undefined where its content has to tell. */
export function historyShell(file: string, format: string | undefined): Shell | null {
  if (format === "bash" || format === "zsh" || format === "fish") return format;
  if (format === "history") return undefined;
  if (format !== undefined) return null;
  const known: Record<string, Shell> = { ".bash_history": "bash", ".zsh_history": "zsh", fish_history: "fish" };
  return known[basename(file)] ?? null;
}

/**
 * Shows what a history suggests to teach. At a terminal a person picks, and what they picked is taught; elsewhere the
 * proposals are printed, a command a line, for a person to look through and import.
 */
export async function proposeHistory(options: Options, shell: Shell, session: Session): Promise<void> {
  const { lever, note, palette, print } = session;
  if (options.file === STANDARD_INPUT) throw new LeverError("usage", "a history is read from its file");
  const found = lever.files.propose({ path: options.file, shell, limit: SHOWN });
  const passedOver = found.secrets === 0 ? "" : `, ${found.secrets} passed over because they may hold a secret`;
  note(palette.faint(`${found.lines} lines${passedOver}; ${found.known} suggestions are taught already`));
  if (found.proposals.length === 0) {
    note("nothing in it is typed often enough to be worth teaching");
    return;
  }
  const picked = hasPerson() && !options.json && !options["dry-run"] ? await pick(found.proposals) : null;
  if (picked === null) {
    for (const { phrase, command } of found.proposals) print(JSON.stringify({ phrase, command }));
    note(palette.faint("proposals only: put those that you want into a file, and lever import it"));
    return;
  }
  for (const { phrase, command } of picked) {
    const taught = lever.teach({ phrase, command });
    print(taught.status === "created" ? `taught: ${printable(phrase)}` : `left: ${printable(phrase)} is taken`);
  }
}

/** Null where there is no terminal to ask at. */
function pick(proposals: readonly HistoryProposal[]): Promise<HistoryProposal[] | null> {
  const choices = proposals.map((value) => ({
    value,
    label: printable(value.command),
    hint: `${value.uses} times, such as ${printable(value.examples[0] ?? value.command)}`,
  }));
  return askSeveral("Teach which of these? (space picks, enter ends)", choices);
}
