import { asFound, type Trial } from "./trial.ts";

export type BankMode = "on" | "off" | "others";

const FOLDS = 4;

/**
 * The trial with the phrase bank attached to its commands. `others` makes a trial for each quarter of the commands, in which
 * all but these bring phrases along and only requests that these alone can answer are asked: what a command gets that the
 * bank does not know, beside others that it does. What is out of scope is asked in the first.
 */
export function attachBank(trial: Trial, mode: BankMode): Trial[] {
  const { entries, queries } = trial;
  if (entries === null || mode === "off") return [trial];
  if (mode === "on") return [{ ...trial, entries: entries.map((entry) => ({ ...entry, bank: true })) }];
  const found = entries.map(asFound);
  return Array.from({ length: FOLDS }, (_, fold): Trial => {
    const isLeft = (number: number): boolean => number % FOLDS === fold;
    return {
      name: `${trial.name}, quarter ${fold + 1}`,
      entries: entries.map((entry, number) => ({ ...entry, bank: !isLeft(number) })),
      queries: queries.filter(({ wanted }) => {
        if (wanted === null) return fold === 0;
        const right = found.flatMap((one, number) => (wanted.isCommand(one) ? [number] : []));
        return right.length > 0 && right.every(isLeft);
      }),
    };
  });
}
