import { describe, expect, it } from "vitest";
import type { Effects } from "../record.ts";
import { type Standing, stakeOf, weigh } from "./consent-policy.ts";

const NOTHING: Effects = {
  reads: true,
  writes: false,
  destroys: false,
  privileged: false,
  network: false,
  unknown: false,
};
const READS: Standing = {
  kind: "exact",
  chosen: false,
  effects: NOTHING,
  hasParameters: false,
  trust: 50,
  trustFloor: 40,
  approved: true,
  confirmedBefore: false,
  moved: null,
};
const WRITES = { ...READS, effects: { ...NOTHING, writes: true } };
const DESTROYS = { ...READS, effects: { ...NOTHING, destroys: true } };
const PRIVILEGED = { ...READS, effects: { ...NOTHING, privileged: true } };

describe("stakeOf", () => {
  it.each([
    ["reads only", NOTHING, true, "reads"],
    ["network without a value", { ...NOTHING, network: true }, false, "reads"],
    ["network with a value", { ...NOTHING, network: true }, true, "writes"],
    ["unknown program", { ...NOTHING, unknown: true }, false, "writes"],
    ["writes and privileged", { ...NOTHING, writes: true, privileged: true }, false, "destroys"],
  ] as const)("%s", (_, effects, hasParameters, stake) => {
    expect(stakeOf(effects, hasParameters)).toBe(stake);
  });
});

describe("weigh", () => {
  it.each<[string, Standing, "run" | "confirm"]>([
    ["exact reads", READS, "run"],
    ["exact writes", WRITES, "run"],
    ["exact destroys", DESTROYS, "confirm"],
    ["exact privileged", PRIVILEGED, "confirm"],
    ["sure reads", { ...READS, kind: "sure" }, "run"],
    ["sure writes", { ...WRITES, kind: "sure" }, "confirm"],
    ["sure destroys", { ...DESTROYS, kind: "sure" }, "confirm"],
    ["likely and nobody chose", { ...READS, kind: "likely" }, "confirm"],
    ["chosen reads", { ...READS, kind: "likely", chosen: true }, "run"],
    ["chosen writes", { ...WRITES, kind: "likely", chosen: true }, "run"],
    ["chosen destroys", { ...DESTROYS, kind: "likely", chosen: true }, "confirm"],
    ["destroys, trusted, confirmed before", { ...DESTROYS, trust: 90, confirmedBefore: true }, "run"],
    ["destroys, trusted, never confirmed", { ...DESTROYS, trust: 100 }, "confirm"],
    ["destroys, confirmed before, little trust", { ...DESTROYS, trust: 89.5, confirmedBefore: true }, "confirm"],
    [
      "destroys by likeness, trusted, confirmed before",
      { ...DESTROYS, kind: "sure", trust: 95, confirmedBefore: true },
      "confirm",
    ],
    ["reads at the floor", { ...READS, trust: 40 }, "run"],
    ["reads below the floor", { ...READS, trust: 39.9 }, "confirm"],
    ["a program that moved", { ...READS, trust: 100, moved: "git is now /x/git" }, "confirm"],
    ["unapproved, full trust", { ...READS, approved: false, trust: 100 }, "confirm"],
    ["unapproved, chosen", { ...READS, approved: false, kind: "likely", chosen: true }, "confirm"],
  ])("%s", (_, standing, action) => {
    expect(weigh(standing).action).toBe(action);
  });
});
