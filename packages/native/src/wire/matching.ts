import type { Effects } from "./effects.ts";
import type { PhraseRow } from "./rows.ts";

export type MatchKind = "exact" | "sure" | "likely" | "none";

export interface Candidate {
  command_id: string;
  phrase: string;
  template: string;
  /** Values that the request itself gives; what is missing is asked for. */
  parameters: Record<string, string>;
  probability: number;
  effects: Effects;
}

export interface Evidence {
  name: string;
  value: number;
}

export interface Match {
  kind: MatchKind;
  gate: 1 | 2 | 3;
  cached: boolean;
  /** How likely the best candidate is right, 0 to 1; 1 for an exact match. */
  probability: number;
  command_id: string | null;
  phrase: string | null;
  parameters: Record<string, string>;
  /** Best first, the chosen one among them. */
  candidates: Candidate[];
  /** Why it was decided so, each a short sentence part: "two close candidates". */
  reasons: string[];
  /** What spoke for the best candidate; only where a request asks to explain. */
  evidence: Evidence[];
  /** The request asks about a command, so the answer is to show it. */
  show_only: boolean;
  /** Microseconds. */
  took_us: number;
}

export interface Parameter {
  name: string;
  type: string;
  default: string | null;
  choices: string[];
}

/** A command to be found and never to be run. */
export interface Entry {
  /** Ways to ask for it, the canonical one first. */
  phrases: string[];
  command: string;
  /** Whether it brings along what the phrase bank knows of it. */
  bank?: boolean;
  /** Where its phrases come from; `taught` where it is left out. */
  source?: PhraseRow["source"];
}
