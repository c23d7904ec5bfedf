import type { Effects, Permissions } from "./effects.ts";
import type { Parameter } from "./matching.ts";

export interface Refusal {
  code: string;
  message: string;
  hint: string | null;
  /** The parameter at fault, where one is. */
  parameter: string | null;
}

/** A command with its values in place: data, not yet allowed to run. */
export interface BoundCommand {
  command_id: string;
  phrase: string;
  template: string;
  /** What is executed, program first. */
  argv: string[];
  /** The script's text where a shell runs it; null where `argv` is the command itself. */
  script: string | null;
  /** Values that travel by environment and appear in no argument, log or record. */
  secrets: Record<string, string>;
  /** One line for a person: the command as a shell would show it. */
  display: string;
  /** The stretches of `display` that are values, in UTF-16 units. */
  value_spans: Array<[start: number, end: number]>;
  parameters: Record<string, string>;
  has_parameters: boolean;
  effects: Effects;
  permissions: Permissions;
  /** Those of its read and write paths that a program's values lead to, as they were checked: a link there opens nothing. */
  checked_paths: string[];
  /** Of template, interpreter, parameters and permissions. */
  digest: string;
  trust: number;
  approved: boolean;
  /** A person confirmed these very arguments in this very folder before. */
  confirmed_before: boolean;
  /** Names of the programs that it runs, as written. */
  programs: string[];
  /** Where each was found when it ran before, by name. */
  program_paths: Record<string, string[]>;
  /** The end of its output is kept with the record of a run. */
  keep_output: boolean;
}

/** What a confirm token is good for: this run, asked for by this caller. */
export interface ConfirmGrant {
  caller: string;
  cwd: string;
  command_id: string;
  digest: string;
  argv: string[];
  secrets: Record<string, string>;
  permissions: Permissions;
}

export type Redeemed = "good" | "unknown" | "expired" | "mismatch";

export type Binding =
  | { status: "bound"; command: BoundCommand }
  | { status: "missing"; parameters: Parameter[] }
  | { status: "refused"; refusal: Refusal };

export interface BindContext {
  cwd: string;
  caller: "person" | "program";
  /** What `~/` at the start of a person's path stands for. */
  home: string;
  path_roots: string[];
}
