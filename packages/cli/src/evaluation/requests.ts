import { LeverError } from "@lever-runner/engine";
import { fillHoles } from "./holes.ts";
import type { Found, Query } from "./trial.ts";

/** A request, and a pattern of what is right to run for it. */
export interface RequestLine {
  text: string;
  accept: string;
  params?: Record<string, string> | null;
}

/** A request, and the id of the command that is right. */
export interface NamedLine {
  text: string;
  id: string;
}

export interface Known extends Pick<Found, "template" | "holes" | "entry"> {
  /** Its id, where requests can name it: of the namespace, or of the file that it comes from. */
  id?: string | undefined;
}

/** More parameters than this are not tried with all values of a request. */
const MOST_HOLES = 3;

/** Requests that one of the commands can answer; what none can is left out. */
export function asRequests(lines: readonly RequestLine[], commands: readonly Known[]): Query[] {
  return lines.flatMap(({ text, accept, params }) => {
    const pattern = readPattern(accept, text);
    const values = Object.values(params ?? {});
    const isCommand = (command: Known): boolean =>
      waysToBind(command, [...values, "x"]).some((bound) => pattern.test(bound));
    if (!commands.some(isCommand)) return [];
    return [{ text, wanted: { isCommand, hasValues: (found) => pattern.test(bind(found)) } }];
  });
}

/**
 * Requests by the ids of commands; a built-in command goes by its id in the pack. Only the command counts, not its values.
 * @throws LeverError `usage` for an id that no command has.
 */
export function asNamed(lines: readonly NamedLine[], commands: readonly Known[]): Query[] {
  const known = new Map(commands.map((command) => [command.id?.replace(/^builtin:/, ""), command]));
  return lines.map(({ text, id }) => {
    const right = known.get(id.replace(/^builtin:/, ""));
    if (right === undefined) {
      throw new LeverError("usage", `“${text}” asks for ${id}, which is none of the commands`, {
        hint: "--commands FILE names those that are meant",
      });
    }
    const isCommand = (found: Found): boolean =>
      right.entry === null ? found.command_id === right.id : found.entry === right.entry;
    return { text, wanted: { isCommand, hasValues: () => true } };
  });
}

function readPattern(accept: string, text: string): RegExp {
  try {
    return new RegExp(accept, "u");
  } catch {
    try {
      return new RegExp(accept);
    } catch (cause) {
      throw new LeverError("usage", `the pattern of “${text}” cannot be read: ${(cause as Error).message}`, { cause });
    }
  }
}

function bind({ template, parameters, holes }: Found): string {
  return fillHoles(template, (name, hole) => parameters[name] ?? holes.get(name) ?? hole);
}

/** The command with every combination of these values, or a default, in its parameters. */
function waysToBind({ template, holes }: Known, values: readonly string[]): string[] {
  const names: string[] = [];
  fillHoles(template, (name) => {
    if (!names.includes(name)) names.push(name);
    return "";
  });
  if (names.length > MOST_HOLES) return [];
  let ways: Array<Record<string, string>> = [{}];
  for (const name of names) {
    const fallback = holes.get(name) ?? null;
    const choices = fallback === null ? values : [...values, fallback];
    ways = ways.flatMap((way) => choices.map((choice) => ({ ...way, [name]: choice })));
  }
  return ways.map((way) => fillHoles(template, (name) => way[name] ?? ""));
}
