import { LeverError } from "@lever-runner/engine";
import type { Arguments, Argv } from "yargs";

/** For an option that is given twice and takes one value: which of them was meant nobody can tell. */
export function givenTwice(option: string): LeverError {
  return new LeverError("usage", `${option} is given twice`, { hint: "it takes one value" });
}

/** @throws LeverError `usage` for an option of a subcommand that is given twice and takes one value. */
export function refuseRepeats(read: Arguments, parser: Argv): void {
  const { array } = (parser as unknown as { getOptions(): { array: string[] } }).getOptions();
  const lists = new Set([...array, "_", "--"]);
  for (const [name, value] of Object.entries(read)) {
    if (!Array.isArray(value) || lists.has(name) || name.length < 2) continue;
    throw givenTwice(`--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  }
}
