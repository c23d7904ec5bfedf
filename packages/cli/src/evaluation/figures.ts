import type { Answer } from "./trial.ts";

/** Shares are 0 to 1, times are microseconds. */
export interface Figures {
  requests: number;
  /** Requests that nothing should answer. */
  out_of_scope: number;
  top_1: number;
  top_3: number;
  /** Over up to ten candidates. */
  mrr: number;
  /** By the kind of match: in scope, out of scope. */
  kinds: Record<string, [inScope: number, outOfScope: number]>;
  /** Requests in scope that are decided without a question, at the shipped thresholds. */
  coverage: number;
  /** All that is decided, out of scope included. */
  decided: number;
  /** Of these, the wrong command, a wrong value, or out of scope. */
  wrong: number;
  wrong_share: number;
  /** Upper end of the 95 % interval. */
  wrong_share_at_most: number;
  /** Requests out of scope that are decided. */
  out_of_scope_share: number;
  /** Where a question is asked: the right command is among the three shown. */
  asked: number;
  right_among_three_asked: number;
  /** Greatest coverage with at most so much wrong, by one threshold on the probability alone, chosen with hindsight. */
  best_coverage: { at_5_percent: number; at_1_percent: number };
  calibration: Array<{ from: number; requests: number; probability: number; right: number }>;
  /** Requests whose values are known; the first candidate is the right command, and has the right values too. */
  values: { requests: number; command_first: number; reading_first: number; bound: number; bound_wrong: number };
  took_us: { p50: number; p99: number };
}

const BINS = 10;

export function measure(answers: readonly Answer[]): Figures {
  const inScope = answers.filter(({ query }) => query.wanted !== null);
  const outOfScope = answers.filter(({ query }) => query.wanted === null);
  const decided = answers.filter((answer) => answer.decided);
  const wrong = decided.filter((answer) => !answer.right).length;
  const asked = inScope.filter(({ match }) => match.kind === "likely" && !match.show_only);
  return {
    requests: inScope.length,
    out_of_scope: outOfScope.length,
    top_1: share(inScope, ({ rank }) => rank === 1),
    top_3: share(inScope, ({ rank }) => rank > 0 && rank <= 3),
    mrr: mean(inScope.map(({ rank }) => (rank === 0 ? 0 : 1 / rank))),
    kinds: countKinds(inScope, outOfScope),
    coverage: share(inScope, (answer) => answer.decided),
    decided: decided.length,
    wrong,
    wrong_share: decided.length === 0 ? 0 : wrong / decided.length,
    wrong_share_at_most: upperBound(wrong, decided.length),
    out_of_scope_share: share(outOfScope, (answer) => answer.decided),
    asked: asked.length,
    right_among_three_asked: share(asked, ({ rank }) => rank > 0 && rank <= 3),
    best_coverage: {
      at_5_percent: bestCoverage(answers, inScope.length, 0.05),
      at_1_percent: bestCoverage(answers, inScope.length, 0.01),
    },
    calibration: calibrate(answers),
    values: measureValues(answers),
    took_us: percentiles(answers.map(({ match }) => match.took_us)),
  };
}

/** Means over several trials of one kind, and sums of what is counted. */
export function average(all: readonly Figures[]): Figures {
  const [first] = all;
  if (first === undefined) return measure([]);
  return blend(all as never) as never;
}

function blend(values: unknown[]): unknown {
  const [first] = values;
  if (typeof first === "number") return mean(values as number[]);
  if (Array.isArray(first)) return first.map((_, at) => blend(values.map((value) => (value as unknown[])[at])));
  const keys = new Set(values.flatMap((value) => Object.keys(value as object)));
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      blend(values.map((value) => (value as Record<string, unknown>)[key] ?? emptyLike(first, key))),
    ]),
  );
}

function emptyLike(first: unknown, key: string): unknown {
  return Array.isArray((first as Record<string, unknown>)[key]) ? [0, 0] : 0;
}

function countKinds(inScope: readonly Answer[], outOfScope: readonly Answer[]): Figures["kinds"] {
  const count = (answers: readonly Answer[], kind: string): number =>
    answers.filter(({ match }) => (match.show_only ? "show_only" : match.kind) === kind).length;
  return Object.fromEntries(
    ["exact", "sure", "likely", "show_only", "none"].map((kind) => [
      kind,
      [count(inScope, kind), count(outOfScope, kind)],
    ]),
  );
}

function bestCoverage(answers: readonly Answer[], inScope: number, mostWrong: number): number {
  const ordered = answers.filter(({ open }) => open).toSorted((a, b) => b.match.probability - a.match.probability);
  let [best, wrong, covered] = [0, 0, 0];
  for (const [at, answer] of ordered.entries()) {
    if (!answer.right) wrong += 1;
    if (answer.query.wanted !== null) covered += 1;
    // A threshold cannot part what is equally probable.
    if (ordered[at + 1]?.match.probability === answer.match.probability) continue;
    if (wrong / (at + 1) <= mostWrong) best = covered;
  }
  return inScope === 0 ? 0 : best / inScope;
}

function calibrate(answers: readonly Answer[]): Figures["calibration"] {
  return Array.from({ length: BINS }, (_, bin) => {
    const those = answers.filter(({ match }) => Math.min(BINS - 1, Math.floor(match.probability * BINS)) === bin);
    return {
      from: bin / BINS,
      requests: those.length,
      probability: mean(those.map(({ match }) => match.probability)),
      right: share(those, ({ rank }) => rank === 1),
    };
  });
}

function measureValues(answers: readonly Answer[]): Figures["values"] {
  const those = answers.filter(({ query }) => query.wanted !== null && query.wanted.incomplete !== true);
  const bound = answers.filter((answer) => answer.decided);
  return {
    requests: those.length,
    command_first: share(those, ({ rank }) => rank === 1),
    reading_first: share(those, ({ right }) => right),
    bound: those.length === 0 ? 0 : bound.filter(({ right }) => right).length / those.length,
    bound_wrong: share(bound, ({ right }) => !right),
  };
}

function percentiles(times: number[]): Figures["took_us"] {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Wilson's interval. */
function upperBound(count: number, of: number): number {
  if (of === 0) return 1;
  const z = 1.96;
  const part = count / of;
  const centre = part + (z * z) / (2 * of);
  const reach = z * Math.sqrt((part * (1 - part)) / of + (z * z) / (4 * of * of));
  return (centre + reach) / (1 + (z * z) / of);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function share<T>(all: readonly T[], holds: (one: T) => boolean): number {
  return all.length === 0 ? 0 : all.filter(holds).length / all.length;
}
