/** How many words a subcommand can take. A line with more is a request that happens to begin like one. */
const MOST_WORDS: Readonly<Record<string, number>> = {
  run: Number.POSITIVE_INFINITY,
  match: 1,
  teach: 1,
  list: 0,
  show: 1,
  approve: 1,
  forget: Number.POSITIVE_INFINITY,
  trust: 2,
  paraphrase: 1,
  reembed: 0,
  wrong: Number.POSITIVE_INFINITY,
  suggest: 2,
  audit: 1,
  stats: 0,
  log: 0,
  config: 0,
  "config token": 3,
  eval: 1,
  export: 0,
  import: 1,
  "export-nail": 0,
  "import-nail": 1,
  backup: 1,
  pack: 2,
  promote: 0,
  reset: 0,
  doctor: 0,
  serve: 0,
  bench: 0,
  bot: 0,
  mcp: 0,
  completion: 1,
  init: 1,
  expand: Number.POSITIVE_INFINITY,
  complete: Number.POSITIVE_INFINITY,
  help: 1,
};

/** Options of every subcommand, and whether a value follows them. */
const GLOBAL_OPTIONS: ReadonlyMap<string, boolean> = new Map([
  ["--json", false],
  ["--namespace", true],
  ["--chat-id", true],
]);

/** Where the first word of a command line is, after options that every subcommand takes. */
export function placeOfFirstWord(argv: readonly string[]): number {
  let at = 0;
  for (;;) {
    const [name = "", attached] = (argv[at] ?? "").split("=", 2);
    const valued = GLOBAL_OPTIONS.get(name);
    if (valued === undefined) return at;
    at += valued && attached === undefined ? 2 : 1;
  }
}

/**
 * Which subcommand a command line is for, or null where it is a request: a quoted argument with a space always is one, and
 * so is a line that begins with a subcommand but goes on with words that it cannot take.
 */
export function readSubcommand(argv: readonly string[]): string | null {
  const [first, ...rest] = argv.slice(placeOfFirstWord(argv));
  if (first === undefined || !Object.hasOwn(MOST_WORDS, first)) return null;
  // A word after an option may be its value; only words before the first option are surely words.
  const firstOption = rest.findIndex((argument) => argument.startsWith("-") && argument !== "-");
  const words = firstOption < 0 ? rest : rest.slice(0, firstOption);
  if (first === "approve" && words.every(namesCommand)) return first;
  if (first === "teach" && rest.some((argument) => /^(-c|--command(=.*)?)$/.test(argument))) return first;
  const most = MOST_WORDS[`${first} ${words[0]}`] ?? MOST_WORDS[first] ?? 0;
  return words.length <= most ? first : null;
}

/** An id, or a phrase that was quoted: several of these in a row are no request. */
function namesCommand(word: string): boolean {
  return /^([0-9abcdefghjkmnpqrstvwxyz]{6,7}|[\w-]+:[\w-]+)$/.test(word) || word.includes(" ");
}
