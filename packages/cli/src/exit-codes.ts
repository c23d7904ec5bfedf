import { constants } from "node:os";
import type { RunRecord } from "@lever-runner/engine";

export const EXIT = {
  ok: 0,
  usage: 2,
  timedOut: 124,
  broken: 125,
  notRun: 126,
  noMatch: 127,
  programMissing: 127,
  interrupted: 130,
} as const;

/** The shell's own conventions: the command's code when it ran, else why it did not. */
export function exitCodeOf(record: RunRecord): number {
  switch (record.status) {
    case "ran":
      return exitCodeOfRun(record);
    case "dry_run":
    case "show_only":
      return EXIT.ok;
    case "no_match":
      return EXIT.noMatch;
    case "refused":
    case "needs_choice":
    case "needs_parameters":
    case "needs_confirmation":
      return EXIT.notRun;
  }
}

function exitCodeOfRun(record: RunRecord): number {
  const { outcome, error } = record;
  if (outcome?.timed_out) return EXIT.timedOut;
  if (error?.code === "program_not_found") return EXIT.programMissing;
  if (error !== null) return EXIT.notRun;
  if (outcome?.signal) return 128 + (constants.signals[outcome.signal as NodeJS.Signals] ?? 0);
  return outcome?.exit_code ?? EXIT.broken;
}
