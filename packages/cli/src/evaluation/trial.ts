import type { Candidate, Entry, Match } from "@lever-runner/engine";
import { readHoles } from "./holes.ts";

/** A candidate with what is known of its command where the trial takes place. */
export interface Found extends Candidate {
  /** Its number among the trial's entries; null for a command of the namespace. */
  entry: number | null;
  /** Its parameters in order, each with its default. */
  holes: ReadonlyMap<string, string | null>;
}

/** An entry as a candidate, so that it can be asked whether it is the right one. */
export function asFound({ command, phrases }: Entry, entry: number): Found {
  return {
    entry,
    template: command,
    holes: readHoles([command, ...phrases]),
    command_id: "",
    phrase: phrases[0] ?? "",
    parameters: {},
    probability: 0,
    effects: { reads: false, writes: false, destroys: false, privileged: false, network: false, unknown: true },
  };
}

/** What a request should find. */
export interface Wanted {
  isCommand(found: Found): boolean;
  /** Whether the values that were found are the right ones; asked only of a right command. */
  hasValues(found: Found): boolean;
  /** The request leaves out a value, so that the right answer is a question. */
  incomplete?: boolean;
}

export interface Query {
  text: string;
  /** Null where nothing should answer. */
  wanted: Wanted | null;
}

/** Requests to one set of commands. */
export interface Trial {
  name: string;
  /** Null for what the namespace has. */
  entries: readonly Entry[] | null;
  queries: readonly Query[];
}

/** Trials that belong together. */
export interface Evaluation {
  trials: readonly Trial[];
  /** False where trials repeat each other's queries: figures are then means over trials. */
  pooled: boolean;
  /** Values are what it is about. */
  aboutValues: boolean;
}

/** How one query went. */
export interface Answer {
  query: Query;
  match: Match;
  /** Best first. */
  candidates: readonly Found[];
  /** 1 for the first candidate; 0 where none is right. */
  rank: number;
  /** `exact` or `sure`, no question about a command, and every value there: what a read would run by. */
  decided: boolean;
  /** It is decided, or would be if only it were more probable. */
  open: boolean;
  /** The first candidate is right in command and values. */
  right: boolean;
}
