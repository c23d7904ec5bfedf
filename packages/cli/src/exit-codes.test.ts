import type { RunRecord } from "@lever-runner/engine";
import { describe, expect, it } from "vitest";
import { exitCodeOf } from "./exit-codes.ts";

const ended = (outcome: object, error: object | null = null) =>
  ({
    status: "ran",
    outcome: { exit_code: null, signal: null, timed_out: false, ...outcome },
    error,
  }) as unknown as RunRecord;
const status = (name: string) => ({ status: name, outcome: null, error: null }) as unknown as RunRecord;

describe("exitCodeOf", () => {
  it.each([
    ["the command's own code", ended({ exit_code: 3 }), 3],
    ["0", ended({ exit_code: 0 }), 0],
    ["128 and the signal's number", ended({ signal: "SIGTERM" }), 143],
    ["Ctrl-C", ended({ signal: "SIGINT" }), 130],
    ["timed out, whatever ended it", ended({ timed_out: true, signal: "SIGKILL" }), 124],
    ["program not installed", ended({}, { code: "program_not_found" }), 127],
    ["program not executable", ended({}, { code: "program_not_executable" }), 126],
    ["no match", status("no_match"), 127],
    ["refused", status("refused"), 126],
    ["needs a choice", status("needs_choice"), 126],
    ["needs values", status("needs_parameters"), 126],
    ["needs a yes", status("needs_confirmation"), 126],
    ["dry run", status("dry_run"), 0],
    ["only shown", status("show_only"), 0],
  ])("%s", (_, record, code) => {
    expect(exitCodeOf(record)).toBe(code);
  });
});
