import { LeverError } from "@lever-runner/engine";
import { fillHoles } from "./holes.ts";
import type { Found, Query } from "./trial.ts";

/** A request, and a pattern of what is right to run for it. */
export interface RequestLine {
  text: string;
  accept: string;
  params?: Record<string, string> | null;
}

type Known = Pick<Found, "template" | "holes" | "entry">;

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
