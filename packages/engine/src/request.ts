import type { Candidate, CommandFacts, MissingParameter } from "./record.ts";

/** Who asks. A program never confirms for itself without the scope for it. */
export type Caller = { kind: "person" } | ProgramCaller;

export interface ProgramCaller {
  kind: "program";
  scopes: ReadonlySet<Scope>;
  /** Nobody vouches for it: it gets approved commands that change nothing, and nothing else. */
  readsOnly?: boolean;
  /** Tells this program from others: a confirm token given to one is of no use to another. */
  name?: string;
}

export type Scope = "run" | "confirm" | "teach";

/** One word for a caller, in the log and in what is bound to a caller. No program can have a person's. */
export function callerName(caller: Caller): string {
  if (caller.kind === "person") return "person";
  return caller.name === undefined ? "program" : `program:${caller.name}`;
}

/** What a surface hands in. */
export interface Request {
  text: string;
  namespace: string;
  caller: Caller;
  /** The caller's folder, absolute. */
  cwd: string;
  /** Values given beside the words; they win over what the words say. */
  parameters: Readonly<Record<string, string>>;
  dryRun: boolean;
  /** Consent given in advance, for scripts. It confirms; it never chooses. */
  yes: boolean;
  /** Confirms the one run that it was given for. */
  confirmToken?: string | undefined;
  timeoutSeconds: number | null;
  output: OutputMode;
  /** Ask for the evidence behind the decision. */
  explain: boolean;
  signal: AbortSignal | undefined;
  /** Folders that a program may name paths in. A person may name any. */
  pathRoots?: readonly string[];
  /** The command that is meant, by its id; nothing is searched for then. */
  commandId?: string | undefined;
  onOutput?: OnOutput | undefined;
}

export type OutputStream = "stdout" | "stderr";

/**
 * Told of captured output as it comes, also of what is over the limit that is kept, in order within a stream. What it returns
 * is waited for: a command that writes faster than its output is taken waits, and no output is held back in memory. Where it
 * throws, the run is broken off.
 */
export type OnOutput = (stream: OutputStream, chunk: Buffer) => void | Promise<void>;

/** `terminal`: the command owns stdin, stdout and stderr. `captured`: they are kept, bounded, for the record. */
export type OutputMode = "terminal" | "captured";

/** A person who can be asked while a request is under way. Surfaces without one leave it out. */
export interface Asker {
  choose(request: string, candidates: readonly Candidate[]): Promise<Candidate | null>;
  /** `suggested`: values that the parameter's own suggestion lists; it may take others. */
  fill(
    phrase: string,
    parameter: MissingParameter,
    problem: string | null,
    suggested: readonly string[],
  ): Promise<string | null>;
  confirm(proposal: Proposal): Promise<boolean>;
}

/** Exactly what would run, and why it is asked. */
export interface Proposal {
  phrase: string;
  command: CommandFacts;
  /** The command in one line, with the stretches that are values. */
  display: string;
  valueSpans: ReadonlyArray<readonly [start: number, end: number]>;
  cwd: string;
  why: string;
}
