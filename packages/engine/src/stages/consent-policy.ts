import type { Effects, MatchKind } from "../record.ts";

/** What running a command puts at stake. */
export type Stake = "reads" | "writes" | "destroys";

export type Verdict = { action: "run" } | { action: "confirm"; why: string };

export interface Standing {
  kind: Exclude<MatchKind, "none">;
  /** A person picked this command from the candidates of this very request. */
  chosen: boolean;
  effects: Effects;
  hasParameters: boolean;
  trust: number;
  trustFloor: number;
  /** A person has seen this digest and said yes. */
  approved: boolean;
  /** A person confirmed these very arguments in this very folder before. */
  confirmedBefore: boolean;
  /** What is to be said of a program that is now another file; null where all are where they were. */
  moved: string | null;
}

const TRUST_TO_REPEAT_DESTRUCTION = 90;

/** Network access counts as a write only where a value could choose what is sent or where to. */
export function stakeOf(effects: Effects, hasParameters: boolean): Stake {
  if (effects.destroys || effects.privileged) return "destroys";
  if (effects.writes || effects.unknown || (effects.network && hasParameters)) return "writes";
  return "reads";
}

/** May it run unasked? Every rule that asks wins over every rule that runs. */
export function weigh(standing: Standing): Verdict {
  const stake = stakeOf(standing.effects, standing.hasParameters);
  if (!standing.approved) return confirm("it has not been approved yet");
  if (standing.moved !== null) return confirm(standing.moved);
  if (standing.kind === "likely" && !standing.chosen) return confirm("your words fit more than one command");
  if (standing.trust < standing.trustFloor)
    return confirm(`its trust is ${standing.trust}, below ${standing.trustFloor}`);
  if (stake === "destroys") return weighDestruction(standing);
  if (stake === "reads" || standing.chosen || standing.kind === "exact") return { action: "run" };
  return confirm("it changes something and your words were not its exact phrase");
}

function weighDestruction(standing: Standing): Verdict {
  const repeats =
    standing.kind === "exact" && standing.trust >= TRUST_TO_REPEAT_DESTRUCTION && standing.confirmedBefore;
  if (repeats) return { action: "run" };
  return confirm(standing.effects.privileged ? "it runs with privileges" : "it can destroy something");
}

function confirm(why: string): Verdict {
  return { action: "confirm", why };
}
