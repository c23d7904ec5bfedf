import { delimiter, isAbsolute } from "node:path";

const PASSED_ON: ReadonlySet<string> = new Set([
  "HOME",
  "USER",
  "LOGNAME",
  "LANG",
  "LANGUAGE",
  "TERM",
  "COLORTERM",
  "NO_COLOR",
  "TZ",
]);

/**
 * The environment a command gets: a fixed few variables and those that it names itself. Everything else in the caller's
 * environment, which any project file may have set, stays out.
 */
export function childEnvironment(
  variables: Readonly<Record<string, string>>,
  named: readonly string[],
  secrets: Readonly<Record<string, string>>,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables)) {
    if (PASSED_ON.has(name) || name.startsWith("LC_") || named.includes(name)) result[name] = value;
  }
  result["PATH"] = safePath(variables["PATH"]);
  return { ...result, ...secrets };
}

const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** A relative or empty entry would let the current folder decide which program runs. */
export function safePath(path: string = DEFAULT_PATH): string {
  return path
    .split(delimiter)
    .filter((entry) => isAbsolute(entry))
    .join(delimiter);
}
