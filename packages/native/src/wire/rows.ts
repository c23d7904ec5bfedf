import type { Effects, Permissions } from "./effects.ts";
import type { MatchKind, Parameter } from "./matching.ts";
import type { SuggestionRow } from "./teaching.ts";

export interface PhraseRow {
  text: string;
  source: "taught" | "learned" | "pack" | "model" | "bank";
  pattern: boolean;
  uses: number;
}

export interface CommandRow {
  id: string;
  phrase: string;
  phrases: PhraseRow[];
  template: string;
  script: string | null;
  parameters: Parameter[];
  effects: Effects;
  permissions: Permissions;
  digest: string;
  trust: number;
  successes: number;
  failures: number;
  approved: boolean;
  origin: "own" | "pack";
  tags: string[];
  /** Names of the programs that it runs, as written. */
  programs: string[];
  /** Only where one command is asked for, and it has some. */
  suggestions?: SuggestionRow[];
  keep_output: boolean;
}

export interface RunRow {
  id: string;
  at: number;
  request: string;
  command_id: string;
  phrase: string | null;
  /** `person` or a program's name. */
  caller: string;
  /** `ran`, or why it did not. */
  status: string;
  argv: string[];
  /** The values, secrets left out. */
  parameters: Record<string, string>;
  gate: number;
  kind: MatchKind;
  exit_code: number | null;
  /** Its number. */
  signal: number | null;
  timed_out: boolean;
  duration_ms: number;
  stdout_bytes: number;
  stderr_bytes: number;
  truncated: boolean;
  /** What the kernel enforced. */
  sandbox: unknown;
  /** The end of its output, where its owner wants that kept. */
  tail_out: string | null;
  tail_err: string | null;
}

export interface Stats {
  commands: number;
  own_commands: number;
  phrases: number;
  runs: number;
  successes: number;
  failures: number;
  by_gate: Record<string, number>;
  /** By the way requests were found: exact, learned, cached, semantic, model; and none. */
  by_way: Record<string, number>;
  by_kind: Record<string, number>;
  top: Array<{ command_id: string; phrase: string; runs: number }>;
  flagged: Array<{ command_id: string; phrase: string; trust: number; failures: number }>;
  /** Requests for which a model was asked. */
  model_requests: number;
  models: ModelUse[];
}

/** What one model was used for. */
export interface ModelUse {
  backend: string;
  model: string;
  purpose: string;
  calls: number;
  failed: number;
  tokens_in: number;
  tokens_out: number;
  /** Mean over the calls. */
  took_ms: number;
}
