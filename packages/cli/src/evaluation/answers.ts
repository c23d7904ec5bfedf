import { writeFileSync } from "node:fs";
import { LeverError } from "@lever-runner/engine";
import { type Answer, asFound, type Found, type Trial } from "./trial.ts";

/**
 * Writes a trial a line, `{trial, entries, answers}`, so that other methods can be measured on the same phrases and requests.
 * `right` has the places of the right commands among the entries; it is null where nothing should answer.
 * @throws LeverError `usage` where the file cannot be written.
 */
export function writeAnswers(path: string, trials: readonly Trial[], answers: ReadonlyArray<readonly Answer[]>): void {
  const lines = trials.map(({ name, entries }, at) => {
    const places = (entries ?? []).map(asFound);
    return JSON.stringify({
      trial: name,
      entries: entries?.map(({ command, phrases }) => ({ command, phrases })) ?? null,
      answers: (answers[at] ?? []).map((answer) => summary(answer, places)),
    });
  });
  try {
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  } catch (cause) {
    throw new LeverError("usage", `${path} cannot be written: ${(cause as Error).message}`, { cause });
  }
}

function summary(answer: Answer, places: readonly Found[]): object {
  const { query, match, candidates, rank, decided, right, open } = answer;
  return {
    text: query.text,
    right:
      query.wanted === null
        ? null
        : places.flatMap((place, at) => (query.wanted?.isCommand(place) === true ? [at] : [])),
    rank,
    first: candidates[0]?.entry ?? null,
    kind: match.kind,
    gate: match.gate,
    show_only: match.show_only,
    probability: match.probability,
    decided,
    open,
    correct: right,
    took_us: match.took_us,
  };
}
