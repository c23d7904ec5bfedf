import type { Effects, Permissions } from "./effects.ts";
import type { Parameter } from "./matching.ts";

/** What became of a phrase that a model proposed. */
export type ProposedPhrase =
  | { status: "free" | "added" }
  | { status: "taken"; command_id: string }
  | { status: "refused"; problem: TeachProblem };

export interface TeachInput {
  phrase: string;
  pattern: boolean;
  aliases: string[];
  command: string;
  /** `name:type=default` as on the command line. */
  params: string[];
  interpreter: string | null;
  trust: number | null;
  tags: string[];
  /** What the owner widened or narrowed. */
  permissions: Partial<Permissions>;
  replace: boolean;
  /** False stores it unapproved. */
  approve: boolean;
  /** Commands that list what a parameter can be, by its name. They only read, without network. */
  suggest: Record<string, string>;
  /** Keep the end of the output with the record of a run. */
  keep_output: boolean;
}

/** A command that lists what a parameter can be, approved on its own. */
export interface SuggestionRow {
  parameter: string;
  template: string;
  digest: string;
  approved: boolean;
}

/** A hostile value, by the way in which it would get past a careless program. */
export interface Payload {
  name: string;
  class: string;
  value: string;
}

/** What was understood of a command that is being taught. */
export interface Understood {
  phrase: string;
  template: string;
  /** The shell text where one runs it. */
  script: string | null;
  programs: string[];
  unknown_programs: string[];
  parameters: Parameter[];
  effects: Effects;
  permissions: Permissions;
  /** Phrases that the bank knows for it. */
  known: number;
  notes: string[];
  digest: string;
  suggestions: SuggestionRow[];
  keep_output: boolean;
}

export interface TeachProblem {
  code: string;
  message: string;
  hint: string | null;
  /** Which text the offsets are of. */
  where: "phrase" | "alias" | "command" | "parameter" | null;
  text: string | null;
  /** UTF-16 offsets into `text`. */
  start: number | null;
  end: number | null;
}

export type Compiled = { status: "understood"; understood: Understood } | { status: "refused"; problem: TeachProblem };

export type Taught =
  | { status: "created" | "replaced"; command_id: string; understood: Understood; generation: number }
  | { status: "exists"; command_id: string; phrase: string; same_command: boolean }
  | { status: "refused"; problem: TeachProblem };
