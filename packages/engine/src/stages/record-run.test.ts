import { describe, expect, it } from "vitest";
import { judge } from "./record-run.ts";
import type { Outcome } from "./run-sandboxed.ts";

const outcome = (change: Partial<Outcome["facts"]> = {}, rest: Partial<Outcome> = {}): Outcome => ({
  facts: {
    exit_code: 0,
    signal: null,
    timed_out: false,
    stdout: null,
    stderr: null,
    truncated: false,
    duration_ms: 1,
    ...change,
  },
  sandbox: { confined: true, landlock: 7, seccomp: true, no_new_privs: true, weaker: [] },
  interrupted: false,
  stdoutBytes: 0,
  stderrBytes: 0,
  stdoutTail: "",
  stderrTail: "",
  error: null,
  ...rest,
});
const killed = (signal: string) => outcome({ exit_code: null, signal });
const notFound = outcome(
  { exit_code: null },
  { error: { code: "program_not_found", message: "x is not installed", hint: null } },
);

describe("judge", () => {
  it.each([
    ["exit 0", outcome(), [], false, "success"],
    ["exit 1", outcome({ exit_code: 1 }), [], false, "failure"],
    ["exit 1 where that is no failure", outcome({ exit_code: 1 }), [1], false, "success"],
    ["crash", killed("SIGSEGV"), [], false, "failure"],
    ["a pipe that closed", killed("SIGPIPE"), [], false, "neither"],
    ["a pipe that closed, as a shell says it", outcome({ exit_code: 141 }), [], false, "neither"],
    ["Ctrl-C, as a shell says it", outcome({ exit_code: 130 }), [], false, "neither"],
    ["Ctrl-C", killed("SIGINT"), [], false, "neither"],
    ["broken off by the caller", outcome({ exit_code: 1 }, { interrupted: true }), [], false, "neither"],
    ["its own time limit", outcome({ timed_out: true, exit_code: null, signal: "SIGKILL" }), [], false, "failure"],
    [
      "a time limit that a person set",
      outcome({ timed_out: true, exit_code: null, signal: "SIGTERM" }),
      [],
      true,
      "neither",
    ],
    ["program not installed", notFound, [], false, "neither"],
  ] as const)("%s", (_, ended, okExit, personSet, verdict) => {
    expect(judge(ended, okExit, personSet)).toBe(verdict);
  });
});
