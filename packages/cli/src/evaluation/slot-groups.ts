import { readHoles } from "./holes.ts";
import type { Found, Query, Trial } from "./trial.ts";

/** Phrases with parameters, and requests that should find them and their values. */
export interface GroupLine {
  teach: Array<{ phrase: string; command: string }>;
  /** `phrase` is null where none is meant, `params` where the right answer is a question. */
  requests: Array<{ text: string; phrase: string | null; params: Record<string, unknown> | null }>;
}

/** Types that some data has and no command of ours can. */
const FOREIGN_TYPES = /:(?:size|time|date)(?=[=}])/g;

export function asGroup(line: GroupLine, name: string): Trial {
  const plain = (text: string): string => text.replaceAll(FOREIGN_TYPES, "");
  const phrases = line.teach.map(({ phrase }) => phrase);
  const queries = line.requests.map(({ text, phrase, params }): Query => {
    if (phrase === null) return { text, wanted: null };
    const number = phrases.indexOf(phrase);
    return {
      text,
      wanted: {
        isCommand: ({ entry }) => entry === number,
        hasValues: (found) => params !== null && isSame(params, found, readHoles([phrase])),
        incomplete: params === null,
      },
    };
  });
  const entries = line.teach.map(({ phrase, command }) => ({ phrases: [plain(phrase)], command: plain(command) }));
  return { name, entries, queries };
}

/** A default that is written out counts as left out. */
function isSame(
  wanted: Record<string, unknown>,
  { parameters }: Pick<Found, "parameters">,
  holes: ReadonlyMap<string, string | null>,
): boolean {
  const names = new Set([...Object.keys(wanted), ...Object.keys(parameters)]);
  return [...names].every((name) => {
    const fallback = holes.get(name) ?? undefined;
    const is = parameters[name] ?? fallback;
    const should = Object.hasOwn(wanted, name) ? String(wanted[name]) : fallback;
    return is === should;
  });
}
