import { placeOfFirstWord } from "./subcommands.ts";

/** No argument can hold it, so what begins with it was marked here. */
const MARK = "\0";

/** Subcommands that are given another command line after `--`, and read it themselves. */
const TAKES_COMMAND_LINE: ReadonlySet<string> = new Set(["expand", "complete"]);

/**
 * Makes the words after `--` words of the subcommand, whatever they begin with: the parser itself fills no positional from there
 * (yargs issue 1732). `unmark` gives them their own form back.
 */
export function markWords(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  if (end < 0 || TAKES_COMMAND_LINE.has(argv[placeOfFirstWord(argv)] ?? "")) return [...argv];
  const words = argv.slice(end + 1).map((word) => (word.startsWith("-") ? MARK + word : word));
  return [...argv.slice(0, end), ...words];
}

/** Takes the marks off what the parser read, in place, as its middleware has to. */
export function unmarkWords(read: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(read)) {
    read[name] = Array.isArray(value) ? value.map(unmark) : unmark(value);
  }
}

function unmark(value: unknown): unknown {
  return typeof value === "string" && value.startsWith(MARK) ? value.slice(MARK.length) : value;
}
