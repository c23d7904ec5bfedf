import type { ModelCall } from "./models.ts";
import type { Effects, Match, Permissions } from "@lever-runner/native";

/**
 * What surfaces exchange with the engine. Field names are those of the JSON, so that the command line, the HTTP API,
 * the library and an agent's tools all show the same object.
 */

export type RunStatus =
  | "ran"
  | "needs_choice"
  | "needs_parameters"
  | "needs_confirmation"
  | "refused"
  | "no_match"
  | "dry_run"
  | "show_only";

export type { Candidate, Effects, Evidence, Match, MatchKind, Permissions } from "@lever-runner/native";

export interface CommandFacts {
  template: string;
  argv: string[] | null;
  script: string | null;
  /** One line for a person: what runs, with its values, as a shell would read it; several for a script of several. */
  display: string;
  effects: Effects;
  permissions: Permissions;
  trust: number;
}

export interface SandboxFacts {
  confined: boolean;
  landlock: number | null;
  seccomp: boolean;
  no_new_privs: boolean;
  /** Protections that this kernel or these permissions leave out, each named. */
  weaker: string[];
}

export interface OutcomeFacts {
  exit_code: number | null;
  signal: string | null;
  timed_out: boolean;
  /** Null where the command wrote to the terminal itself. */
  stdout: string | null;
  stderr: string | null;
  truncated: boolean;
  duration_ms: number;
}

export interface RecordError {
  code: string;
  message: string;
  hint: string | null;
}

export interface MissingParameter {
  name: string;
  type: string;
  /** What it can be, where that is a fixed few; else empty. */
  choices: string[];
}

export interface RunRecord {
  id: string;
  namespace: string;
  request: string;
  status: RunStatus;
  match: Match;
  command: CommandFacts | null;
  missing_parameters: MissingParameter[];
  sandbox: SandboxFacts | null;
  outcome: OutcomeFacts | null;
  confirm_token: string | null;
  /** Of models, in and out. */
  tokens: number;
  /** What models were asked and what they said; empty where gates 1 and 2 decided. */
  model_calls: readonly ModelCall[];
  warnings: string[];
  error: RecordError | null;
}
