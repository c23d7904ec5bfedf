import { LeverError } from "@lever-runner/engine";
import type { Arguments, Argv } from "yargs";

/**
 * Refuses an option that is given twice and takes one value: which of them was meant nobody can tell.
 * @throws LeverError `usage`.
 */
export function refuseRepeats(read: Arguments, parser: Argv): void {
  const { array } = (parser as unknown as { getOptions(): { array: string[] } }).getOptions();
  const lists = new Set([...array, "_", "--"]);
  for (const [name, value] of Object.entries(read)) {
    if (!Array.isArray(value) || lists.has(name) || name.length < 2) continue;
    const dashed = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new LeverError("usage", `--${dashed} is given twice`, { hint: "it takes one value" });
  }
}
