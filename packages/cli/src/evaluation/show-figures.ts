import type { Palette } from "../colour.ts";
import { printable } from "../show-error.ts";
import type { Figures } from "./figures.ts";
import type { Answer } from "./trial.ts";

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

/** The figures as a person reads them, line by line. */
export function showFigures(figures: Figures, aboutValues: boolean, palette: Palette): string[] {
  const row = (name: string, value: string): string => `  ${name.padEnd(26)} ${value}`;
  const { values, took_us: took, best_coverage: best } = figures;
  const count = (number: number): string => Number(number.toFixed(1)).toString();
  return [
    row("requests", `${count(figures.requests)}, and ${count(figures.out_of_scope)} that nothing should answer`),
    row("top-1 / top-3 / MRR", `${percent(figures.top_1)} / ${percent(figures.top_3)} / ${figures.mrr.toFixed(3)}`),
    row("decided unasked", palette.strong(percent(figures.coverage))),
    row(
      "wrong of those decided",
      `${percent(figures.wrong_share)} (${count(figures.wrong)} of ${count(figures.decided)}; at most ${percent(figures.wrong_share_at_most)})`,
    ),
    ...(figures.out_of_scope === 0 ? [] : [row("out of scope decided", percent(figures.out_of_scope_share))]),
    ...(figures.asked === 0
      ? []
      : [row("right among three asked", `${percent(figures.right_among_three_asked)} of ${count(figures.asked)}`)]),
    row("best at <= 5 % / 1 % wrong", `${percent(best.at_5_percent)} / ${percent(best.at_1_percent)}`),
    ...(aboutValues
      ? [
          row("right reading first", `${percent(values.reading_first)} of ${count(values.requests)}`),
          row("bound unasked and right", percent(values.bound)),
          row("wrong of those bound", percent(values.bound_wrong)),
        ]
      : []),
    row(
      "kinds (out of scope)",
      Object.entries(figures.kinds)
        .map(([kind, [inScope, outOfScope]]) => `${kind} ${count(inScope)} (${count(outOfScope)})`)
        .join(", "),
    ),
    row("time p50 / p99", `${took.p50.toFixed(0)} / ${took.p99.toFixed(0)} µs`),
    palette.faint(row("probability", "requests  said     right")),
    ...figures.calibration
      .filter(({ requests }) => requests > 0)
      .map(({ from, requests, probability, right }) =>
        palette.faint(
          row(
            `  ${from.toFixed(1)} to ${(from + 0.1).toFixed(1)}`,
            `${count(requests).padStart(8)}  ${percent(probability).padStart(7)}  ${percent(right).padStart(7)}`,
          ),
        ),
      ),
  ];
}

/** What went wrong, a request a line. */
export function showFailures(answers: readonly Answer[], palette: Palette): string[] {
  return answers.flatMap((answer) => {
    const { query, match, decided, right, rank } = answer;
    const [first] = answer.candidates;
    const bad = query.wanted === null ? decided : !right || (decided && query.wanted.incomplete === true);
    if (!bad) return [];
    const place = query.wanted === null ? "nothing" : rank === 0 ? "not found" : `place ${rank}`;
    const found = first === undefined ? "" : `${printable(first.phrase)}  ${JSON.stringify(first.parameters)}`;
    const mark = decided ? palette.bad("DECIDED") : match.kind;
    return [`${mark} ${match.probability.toFixed(2)}  “${printable(query.text)}” (${place})  ${palette.faint(found)}`];
  });
}
