import type { CommandRow, Proposal, RunRecord } from "@lever-runner/engine";

/** A message may have 4,096 characters after its tags are read; what is longer goes into a file beside it. */
const MESSAGE_LIMIT = 3_500;

export interface Shown {
  /** In Telegram's HTML. */
  html: string;
  /** The whole output, where the message has only its beginning. */
  file: string | null;
}

export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export const mono = (text: string): string => `<pre>${escape(text)}</pre>`;

/** What came of a request. */
export function showRecord(record: RunRecord): Shown {
  const { status, outcome, error, match, command, missing_parameters: missing } = record;
  switch (status) {
    case "ran":
      return outcome === null ? plain("it ran") : showOutcome(outcome, error?.message ?? null);
    case "no_match": {
      const near = match.candidates.slice(0, 3).map(({ phrase }) => `• ${phrase}`);
      return plain(
        ["I know no command for that. The nearest are", ...near, 'Teach one: /teach "phrase" | command'].join("\n"),
      );
    }
    case "dry_run":
    case "show_only":
      return {
        html: mono(command?.script ?? command?.argv?.join(" ") ?? match.candidates[0]?.template ?? ""),
        file: null,
      };
    case "needs_parameters":
      return plain(`Not run: ${missing.map(({ name }) => name).join(", ")} missing.`);
    case "needs_choice":
    case "needs_confirmation":
    case "refused":
      return plain(`Not run: ${error?.message ?? "nothing was chosen"}`);
  }
}

function showOutcome(outcome: NonNullable<RunRecord["outcome"]>, problem: string | null): Shown {
  const output = [outcome.stdout ?? "", outcome.stderr ?? ""].filter((text) => text.trim() !== "").join("\n");
  const end = outcome.timed_out
    ? "timed out"
    : outcome.signal === null
      ? `exit ${outcome.exit_code}`
      : `ended by ${outcome.signal}`;
  const good = outcome.exit_code === 0;
  const head = problem !== null ? `${escape(problem)}\n` : good ? "" : `${end}\n`;
  if (output === "") return { html: head === "" ? "done" : head, file: null };
  if (output.length <= MESSAGE_LIMIT) return { html: head + mono(output), file: null };
  return { html: head + mono(`${cut(output, MESSAGE_LIMIT)}\n…`), file: output };
}

/** Never in the middle of a surrogate pair. */
function cut(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length);
}

function plain(text: string): Shown {
  return { html: escape(cut(text, MESSAGE_LIMIT)), file: null };
}

/** Exactly what would run. */
export function showProposal({ display, why, command, cwd }: Proposal): string {
  const effects = Object.entries(command.effects)
    .filter(([, holds]) => holds)
    .map(([name]) => name)
    .join(", ");
  return `Run this? (${escape(why)})\n${mono(display)}\n${escape(`${effects} · in ${cwd}`)}`;
}

export function showCommands(rows: readonly CommandRow[], page: number, size: number): string {
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const at = Math.min(Math.max(1, page), pages);
  const lines = rows.slice((at - 1) * size, at * size).map(({ phrase, trust }) => `${phrase}  (${Math.round(trust)})`);
  return `${mono(cut(lines.join("\n"), MESSAGE_LIMIT))}\npage ${at} of ${pages}, ${rows.length} commands`;
}
