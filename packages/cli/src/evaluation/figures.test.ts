import type { Match } from "@lever-runner/engine";
import { describe, expect, it } from "vitest";
import { average, measure } from "./figures.ts";
import type { Answer } from "./trial.ts";

const match = (kind: Match["kind"], probability: number): Match => ({
  kind,
  gate: 2,
  cached: false,
  probability,
  command_id: null,
  phrase: null,
  parameters: {},
  candidates: [],
  reasons: [],
  evidence: [],
  show_only: false,
  took_us: 10,
});

const wanted = { isCommand: () => true, hasValues: () => true };

const inScope = (kind: Match["kind"], probability: number, rank: number, right = rank === 1): Answer => ({
  query: { text: "x", wanted },
  match: match(kind, probability),
  candidates: [],
  rank,
  decided: kind === "exact" || kind === "sure",
  right,
  open: kind !== "none",
});

const outOfScope = (kind: Match["kind"], probability: number): Answer => ({
  ...inScope(kind, probability, 0, false),
  query: { text: "x", wanted: null },
});

describe("figures", () => {
  it("counts places, decisions and what is out of scope", () => {
    const figures = measure([
      inScope("exact", 1, 1),
      inScope("sure", 0.95, 1),
      inScope("sure", 0.93, 2),
      inScope("likely", 0.5, 3),
      inScope("none", 0.1, 0),
      outOfScope("sure", 0.94),
      outOfScope("none", 0.05),
    ]);
    expect(figures).toMatchObject({
      requests: 5,
      out_of_scope: 2,
      top_1: 2 / 5,
      top_3: 4 / 5,
      coverage: 3 / 5,
      decided: 4,
      wrong: 2,
      out_of_scope_share: 1 / 2,
      asked: 1,
      right_among_three_asked: 1,
    });
    expect(figures.mrr).toBeCloseTo((1 + 1 + 1 / 2 + 1 / 3) / 5);
    expect(figures.wrong_share_at_most).toBeGreaterThan(figures.wrong_share);
    expect(figures.kinds["none"]).toEqual([1, 1]);
  });

  it("a right command with a wrong value is wrong to decide", () => {
    expect(measure([inScope("sure", 0.95, 1, false)])).toMatchObject({ top_1: 1, wrong: 1 });
  });

  it("finds the greatest coverage that keeps the wrong share, never parting equals", () => {
    const answers = [
      inScope("exact", 1, 1),
      inScope("likely", 0.7, 1),
      outOfScope("likely", 0.7),
      inScope("likely", 0.6, 1),
    ];
    // The two at 0.7 come together, so half of what comes below 1 is wrong at first.
    expect(measure(answers).best_coverage).toEqual({ at_5_percent: 1 / 3, at_1_percent: 1 / 3 });
  });

  it("puts probabilities beside what was right", () => {
    const { calibration } = measure([inScope("likely", 0.55, 1), inScope("likely", 0.57, 2)]);
    const bin = calibration.find(({ requests }) => requests > 0);
    expect(bin).toMatchObject({ from: 0.5, requests: 2, right: 0.5 });
    expect(bin?.probability).toBeCloseTo(0.56);
  });

  it("averages trials that must not be pooled", () => {
    const one = measure([inScope("exact", 1, 1)]);
    const other = measure([inScope("none", 0, 0), inScope("exact", 1, 1)]);
    expect(average([one, other])).toMatchObject({ requests: 1.5, top_1: 0.75 });
  });
});
