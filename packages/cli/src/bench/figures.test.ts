import { expect, it } from "vitest";
import { compare, drawBar, type Figure, formatValue, type Report, summarise } from "./figures.ts";

const figure = (change: Partial<Figure> = {}): Figure => ({
  name: "a",
  unit: "us",
  p50: 10,
  p99: 20,
  count: 9,
  ...change,
});
const report = (...figures: Figure[]): Report => ({
  version: "0",
  at: "",
  machine: { cpu: "", cores: 1, node: "", platform: "" },
  noise: 1,
  figures,
});

it("takes the middle and the tail", () => {
  const samples = Array.from({ length: 1000 }, (_, n) => 1000 - n);
  expect(summarise("a", "us", samples)).toEqual({ name: "a", unit: "us", p50: 501, p99: 991, count: 1000 });
  expect(summarise("a", "ms", [3])).toMatchObject({ p50: 3, p99: 3 });
});

it("draws longer bars for what takes longer", () => {
  const lengths = [0.01, 1, 100, 10_000, 1e9].map((p50) => drawBar(figure({ p50 })).length);
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
  expect(lengths.at(-1)).toBe(24);
  expect(drawBar(figure({ unit: "%", p50: 50 }))).toBe("█".repeat(12));
});

it("writes values as people read them", () => {
  expect([1.234, 12.34, 123.4].map((value) => formatValue(value, "us"))).toEqual(["1.23 µs", "12.3 µs", "123 µs"]);
  expect(formatValue(93.21, "%")).toBe("93.2 %");
});

it("tells what became slower, faster or less right", () => {
  const then = report(figure(), figure({ name: "b" }), figure({ name: "right", unit: "%", p50: 90 }));
  const now = report(
    figure({ p50: 20 }),
    figure({ name: "b", p50: 10.5 }),
    figure({ name: "right", unit: "%", p50: 85 }),
  );
  expect(compare(now, then)).toEqual([
    { name: "a", by: 2, worse: true },
    { name: "right", by: -5, worse: true },
  ]);
  expect(compare(now, report())).toEqual([]);
});
