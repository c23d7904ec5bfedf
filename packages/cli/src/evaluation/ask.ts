import { type Installation, type Lever, LeverError, type Match } from "@lever-runner/engine";
import { readHoles } from "./holes.ts";
import type { Answer, Found, Query, Trial } from "./trial.ts";

interface Place {
  rank(text: string): Match;
  look(commandId: string): Pick<Found, "entry" | "holes">;
  close(): void;
}

const NOTHING: Match = {
  kind: "none",
  gate: 2,
  cached: false,
  probability: 0,
  command_id: null,
  phrase: null,
  parameters: {},
  candidates: [],
  reasons: ["it is no request"],
  evidence: [],
  show_only: false,
  took_us: 0,
};

/** Reasons that only mean: not probable enough. All others stand whatever the threshold. */
const TOO_LITTLE: ReadonlySet<string> = new Set(["two close candidates", "not enough speaks for it"]);

/** Asks all queries of a trial. Nothing runs and nothing is recorded. */
export function askTrial(
  trial: Trial,
  lever: Lever,
  installation: Installation,
  progress: (asked: number) => void,
): Answer[] {
  const place = trial.entries === null ? standing(lever) : lay(trial.entries, lever, installation);
  try {
    return trial.queries.map((query, number) => {
      if (number % 100 === 0) progress(number);
      return judge(query, ask(place, query.text), place);
    });
  } finally {
    place.close();
  }
}

/** What is no request finds nothing. */
function ask(place: Place, text: string): Match {
  try {
    return place.rank(text);
  } catch (error) {
    if (error instanceof LeverError && error.code === "request_invalid") return NOTHING;
    throw error;
  }
}

function standing(lever: Lever): Place {
  const commands = new Map(lever.list().map((row) => [row.id, row]));
  return {
    rank: (text) => lever.rank(text),
    look: (id) => ({
      entry: null,
      holes: new Map(commands.get(id)?.parameters.map((parameter) => [parameter.name, parameter.default])),
    }),
    close: () => {},
  };
}

function lay(entries: NonNullable<Trial["entries"]>, lever: Lever, installation: Installation): Place {
  const table = lever.openTable(installation);
  const numbers = new Map<string, number>();
  for (const [number, id] of table.lay(entries).entries()) if (id !== null) numbers.set(id, number);
  return {
    rank: (text) => table.rank(text),
    look: (id) => {
      const entry = numbers.get(id) ?? null;
      const laid = entry === null ? undefined : entries[entry];
      if (laid === undefined) return { entry, holes: new Map() };
      const said = readHoles(laid.phrases);
      const all = readHoles([laid.command, ...laid.phrases]);
      // A notation of the data's own that no phrase mentions is no parameter.
      return { entry, holes: new Map([...all].filter(([name]) => said.has(name))) };
    },
    close: () => {
      table.close();
    },
  };
}

function judge(query: Query, match: Match, place: Place): Answer {
  const candidates = match.candidates.map((candidate) => ({ ...candidate, ...place.look(candidate.command_id) }));
  const [first] = candidates;
  const { wanted } = query;
  const complete =
    first !== undefined &&
    [...first.holes].every(([name, fallback]) => fallback !== null || Object.hasOwn(first.parameters, name));
  const decided = (match.kind === "exact" || match.kind === "sure") && !match.show_only && complete;
  return {
    query,
    match,
    candidates,
    rank: wanted === null ? 0 : candidates.findIndex((candidate) => wanted.isCommand(candidate)) + 1,
    decided,
    open: decided || (match.kind === "likely" && complete && match.reasons.every((reason) => TOO_LITTLE.has(reason))),
    right:
      wanted !== null &&
      wanted.incomplete !== true &&
      first !== undefined &&
      wanted.isCommand(first) &&
      wanted.hasValues(first),
  };
}
