import type { Core, Match } from "@lever-runner/native";
import type { Request } from "../request.ts";
import { matchSemantic } from "./gate2-semantic.ts";
import { matchTemplate } from "./gate1-template.ts";

/** What a model is asked for: another way to say the request, never a command. */
export interface PhraseModel {
  /** A short phrase, or null where the model has none, is off, or did not answer in time. */
  rephrase(request: string, signal: AbortSignal | undefined): Promise<Rephrased>;
}

export interface Rephrased {
  phrase: string | null;
  tokens: number;
}

/** No call, nothing leaves the machine. */
export const passthrough: PhraseModel = {
  rephrase: () => Promise.resolve({ phrase: null, tokens: 0 }),
};

export interface ModelReading {
  match: Match;
  tokens: number;
}

/**
 * Reads an undecided request a second time in a model's words. What comes back goes through gates 1 and 2 like any request
 * and is never better than `sure`.
 */
export async function matchByModel(
  core: Core,
  model: PhraseModel,
  request: Request,
  undecided: Match,
): Promise<ModelReading> {
  const { phrase, tokens } = await model.rephrase(request.text, request.signal);
  if (phrase === null) return { match: undecided, tokens };
  const reworded = { ...request, text: phrase };
  const match = matchTemplate(core, reworded) ?? matchSemantic(core, reworded);
  if (match.kind === "none" || (match.kind === "likely" && undecided.kind === "likely"))
    return { match: undecided, tokens };
  return { match: { ...match, gate: 3, kind: match.kind === "exact" ? "sure" : match.kind }, tokens };
}
