/** One started program and its arguments, as a recorder in its place wrote them down. */
export type ProgramRecord = readonly string[];

/** What one run of a command did. */
export interface CaseResult {
  records: readonly ProgramRecord[];
  /** Something made the file that payloads try to make. */
  canary: boolean;
}

export interface Comparison {
  /** By parameter: the ordinary value of the run that is compared to. */
  ordinary: Readonly<Record<string, string>>;
  /** By parameter: the values of this run. */
  values: Readonly<Record<string, string>>;
  /** The command looks at values to decide what it starts. */
  branches: boolean;
  /** The command's own text: the words of a branch that the ordinary run did not take stand there. */
  script: string;
}

/**
 * What is wrong with a run, or null: it must have started the very programs that the run with ordinary values started, with
 * the same arguments but for the values, byte for byte.
 */
export function findFault(baseline: CaseResult, run: CaseResult, comparison: Comparison): string | null {
  if (run.canary) return "the value ran as a command: it made the canary file";
  const expected = baseline.records.map((record) => record.map((word) => substitute(word, comparison)));
  const missing = difference(expected, run.records, comparison);
  const extra = difference(run.records, expected, comparison);
  if (missing.length === 0 && extra.length === 0) return null;
  if (comparison.branches && extra.every((record) => isMadeOfKnownWords(record, baseline, comparison))) return null;
  const [started] = extra;
  if (started !== undefined) return `it started ${show(started)}${expectedInstead(missing)}`;
  return `it did not start ${show(missing[0] ?? [])}`;
}

function expectedInstead(missing: readonly ProgramRecord[]): string {
  const [first] = missing;
  return first === undefined ? "" : `, and not ${show(first)}`;
}

/** A word of the ordinary run with this run's values in it. */
function substitute(word: string, { ordinary, values }: Comparison): string {
  const names = Object.keys(ordinary);
  const pattern = names.map((name) => escape(ordinary[name] ?? "")).join("|");
  return word.replaceAll(new RegExp(pattern, "gu"), (found) => {
    const name = names.find((candidate) => ordinary[candidate] === found) ?? "";
    return values[name] ?? found;
  });
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** The one change that binding makes: `./` before a path that begins with a dash. */
function plain(record: ProgramRecord, { values }: Comparison): string {
  const dashed = Object.values(values).filter((value) => value.startsWith("-"));
  const words = record.map((word) => dashed.reduce((text, value) => text.replaceAll(`./${value}`, value), word));
  return JSON.stringify(words);
}

/** Those of `these` that are not among `those`, each counted as often as it stands there. */
function difference(
  these: readonly ProgramRecord[],
  those: readonly ProgramRecord[],
  comparison: Comparison,
): ProgramRecord[] {
  const left = those.map((record) => plain(record, comparison));
  return these.filter((record) => {
    const at = left.indexOf(plain(record, comparison));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Another branch may start other programs, but a value in their words is whole. */
function isMadeOfKnownWords(record: ProgramRecord, baseline: CaseResult, { values, script }: Comparison): boolean {
  const known = new Set([...baseline.records.flat(), ...script.split(/[\s;|&()<>"']+/)]);
  return record.every((word, at) => {
    if (at === 0 || known.has(word)) return true;
    return Object.values(values).some((value) => value !== "" && word.includes(value));
  });
}

const SHOWN = 120;

function show(record: ProgramRecord): string {
  const text = JSON.stringify(record);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
