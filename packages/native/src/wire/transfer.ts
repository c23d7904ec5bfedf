/** What crosses the boundary when commands come from files or go to them. */

export interface ImportOptions {
  /** Standard input where there is none. */
  path?: string | undefined;
  /** Told from name and content where it is not said. */
  format?: string | undefined;
  /** Report what would happen, store nothing. */
  dry_run?: boolean | undefined;
  /** Store the good lines though some were refused. */
  keep_going?: boolean | undefined;
  /** Take trust and counts as the file has them; else trust is capped at 50. */
  keep_trust?: boolean | undefined;
}

export interface ExportOptions {
  /** Standard output where there is none. */
  path?: string | undefined;
  format?: "jsonl" | "json" | undefined;
  /** With the built-in commands. */
  all?: boolean | undefined;
  /** Write over a file that is there. */
  force?: boolean | undefined;
}

export type LineOutcome = "added" | "merged" | "present" | "refused" | "note";

/** What became of one command of a file. */
export interface LineReport {
  /** Counted from 1; where the command begins. */
  line: number;
  /** The file within a folder or an archive. */
  file?: string;
  outcome: LineOutcome;
  phrase?: string;
  command_id?: string;
  code?: string;
  message?: string;
  hint?: string;
}

export interface TransferEvent {
  /** Since the last event, in the file's order. */
  lines: LineReport[];
  /** Commands so far. */
  done: number;
  bytes: number;
  /** Bytes to read, or commands to write; 0 where that is not known. */
  total: number;
}

export interface Imported {
  format: string;
  added: number;
  merged: number;
  present: number;
  refused: number;
  /** Not after a dry run, nor where a line was refused without `keep_going`. */
  stored: boolean;
  took_ms: number;
}

export interface Exported {
  commands: number;
  bytes: number;
  took_ms: number;
}

export interface NailOptions {
  path: string;
  all?: boolean | undefined;
  force?: boolean | undefined;
  /** The person's shell, editor and language, by name; usual ones where empty. */
  shell?: string | undefined;
  editor?: string | undefined;
  language?: string | undefined;
}

export interface NailPacked {
  reflexes: number;
  /** Patterns: they are no text that means itself. */
  left_out: number;
  unpacked_bytes: number;
  /** Whether that is more than the usual reader of such archives takes. */
  over_usual_limit: boolean;
}

export interface CopyFacts {
  path: string;
  bytes: number;
}

/** A part of the built-in pack: all of it (`builtin`), or the commands with one label. */
export interface Area {
  name: string;
  commands: number;
  /** Those that the namespace has forgotten. */
  disabled: number;
}

export interface PromotionRound {
  namespace: string;
  risen: Array<{ command_id: string; phrase: string; before: number; after: number; successes: number }>;
  flagged: Array<{ command_id: string; phrase: string; trust: number; failures: number; reasons: string[] }>;
}

export interface HistoryOptions {
  path: string;
  /** Told from the content where it is not said. */
  shell?: "bash" | "zsh" | "fish" | undefined;
  /** At most so many proposals; 0 is all. */
  limit?: number | undefined;
}

/** What a shell history suggests to teach. Nothing of it is stored. */
export interface Proposed {
  /** What saves most typing first. */
  proposals: HistoryProposal[];
  lines: number;
  /** Lines passed over because they may hold a secret. */
  secrets: number;
  /** Suggestions dropped because they are taught already. */
  known: number;
  /** Suggestions that no template can be made of. */
  unusable: number;
}

export interface HistoryProposal {
  phrase: string;
  command: string;
  uses: number;
  examples: string[];
}
