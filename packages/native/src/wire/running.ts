import type { MatchKind } from "./matching.ts";

export interface RunReport {
  id: string;
  request: string;
  command_id: string;
  argv: string[];
  parameters: Record<string, string>;
  digest: string;
  /** The phrase by which it was found. */
  phrase?: string;
  gate: 1 | 2 | 3;
  cached: boolean;
  kind: MatchKind;
  caller: string;
  cwd: string;
  /** A person said yes to this very command. */
  confirmed: boolean;
  exit_code: number | null;
  /** Its number. */
  signal: number | null;
  timed_out: boolean;
  duration_ms: number;
  stdout_bytes: number;
  stderr_bytes: number;
  truncated: boolean;
  sandbox: unknown;
  /** How the outcome moves trust; `neither` for what is not the command's doing. */
  verdict: "success" | "failure" | "neither";
  /** The literal request becomes an alias of the command. */
  learn: boolean;
  /** Where programs were found that were not found there before, by name. */
  program_paths: Record<string, string>;
  /** The end of its output, where that is kept. */
  tail_out: string | null;
  tail_err: string | null;
}

/** A call of a language model, as it is accounted for. */
export interface ModelCallReport {
  backend: string;
  model: string;
  purpose: string;
  tokens_in: number;
  tokens_out: number;
  took_ms: number;
  /** `ok`, or the code of the error. */
  outcome: string;
  /** The id of the request that it was made for, if it was. */
  request: string | null;
}

/** A match that was taken back. */
export interface TakenBack {
  request: string;
  command_id: string;
  phrase: string;
  /** Learned aliases that are gone. */
  aliases: string[];
  /** The command's own phrase that the request is an instance of: it stands until it is forgotten. */
  own: string | null;
}

export interface Recorded {
  trust: number;
  /** The alias that was learned by this run, if one was. */
  learned: string | null;
}
