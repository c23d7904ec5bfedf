import type { Core, Match } from "@lever-runner/native";
import type { ModelCall, PhraseModel } from "../models.ts";
import type { Request } from "../request.ts";
import { matchSemantic } from "./gate2-semantic.ts";
import { matchTemplate } from "./gate1-template.ts";

/** No call, nothing leaves the machine. */
export const passthrough: PhraseModel = {
  rephrase: () => Promise.resolve({ phrase: null, tokens: 0, calls: [] }),
};

export interface ModelReading {
  match: Match;
  tokens: number;
  calls: readonly ModelCall[];
}

/**
 * Reads an undecided request a second time in a model's words. What comes back goes through gates 1 and 2 like any request
 * and is never better than `sure`; a value that the request itself does not hold is left out, and asked for like any other.
 */
export async function matchByModel(
  core: Core,
  model: PhraseModel,
  request: Request,
  undecided: Match,
  notify: (notice: string) => void = () => {},
): Promise<ModelReading> {
  const { phrase, tokens, calls = [] } = await model.rephrase(request.text, { signal: request.signal, notify });
  const cost = { tokens, calls };
  if (phrase === null || request.signal?.aborted) return { match: undecided, ...cost };
  const reworded = { ...request, text: phrase };
  const match = matchTemplate(core, reworded) ?? matchSemantic(core, reworded);
  if (match.kind === "none" || (match.kind === "likely" && undecided.kind === "likely"))
    return { match: undecided, ...cost };
  return { match: temper(match, request.text, phrase), ...cost };
}

function temper(match: Match, request: string, phrase: string): Match {
  const said = (values: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => request.includes(value)));
  return {
    ...match,
    gate: 3,
    kind: match.kind === "exact" ? "sure" : match.kind,
    parameters: said(match.parameters),
    candidates: match.candidates.map((candidate) => ({ ...candidate, parameters: said(candidate.parameters) })),
    reasons: [`a model reads it as "${phrase}"`, ...match.reasons],
  };
}
