import type { Effects, Parameter, Permissions } from "@lever-runner/engine";
import type { Palette } from "./colour.ts";
import { printable } from "./show-error.ts";

/** What a command may do, in words: "reads, writes; network". */
export function describeEffects(effects: Effects): string {
  const words: string[] = [];
  if (effects.privileged) words.push("privileged");
  if (effects.destroys) words.push("destroys");
  if (effects.writes) words.push("writes");
  if (effects.network) words.push("network");
  if (effects.unknown) words.push("unknown program, counts as writing");
  if (words.length === 0) return "reads only";
  if (effects.reads) words.unshift("reads");
  return words.join(", ");
}

/** What the kernel lets it do, in words: "in this folder, no writing, no network". */
export function describePermissions(permissions: Permissions): string {
  if (permissions.host) return "unconfined";
  const words = [
    permissions.cwd === "here"
      ? "in your folder"
      : permissions.cwd === "scratch"
        ? "in a scratch folder"
        : `in ${permissions.cwd}`,
    permissions.write === "none"
      ? "writes nothing"
      : permissions.write === "here"
        ? "may write here"
        : `may write ${[...new Set(permissions.write)].map((path) => (path === "." ? "here" : printable(path))).join(", ")}`,
    permissions.net === "none" ? "no network" : permissions.net === "unix" ? "local sockets" : "network",
  ];
  if (permissions.read.length > 0) words.push(`reads ${permissions.read.map(printable).join(", ")}`);
  if (permissions.netlink && permissions.net !== "all") words.push("sees network interfaces");
  if (permissions.processes !== "own")
    words.push(permissions.processes === "see" ? "sees processes" : "may signal processes");
  if (permissions.secrets.length > 0) words.push(`may read ${permissions.secrets.map(printable).join(", ")}`);
  if (permissions.repository === "closed") words.push("none of the repository's own programs");
  if (permissions.repository === "open") words.push("may run the repository's own programs");
  if (permissions.env.length > 0) words.push(`gets ${permissions.env.join(", ")}`);
  if (permissions.interactive) words.push("wants a terminal");
  if (permissions.detach) words.push("may stay in the background");
  if (permissions.timeout_s !== null) words.push(`at most ${permissions.timeout_s} s`);
  if (permissions.ok_exit.length > 0) words.push(`exit ${permissions.ok_exit.join(", ")} is no failure`);
  return words.join(", ");
}

export function describeParameter(parameter: Parameter): string {
  const type = parameter.choices.length > 0 ? parameter.choices.join("|") : parameter.type;
  return parameter.default === null
    ? `${parameter.name} (${type})`
    : `${parameter.name} (${type}, default ${parameter.default})`;
}

/** A command with its values marked; a script of several lines in its lines, for nothing of it may be out of sight. */
export function markLines(
  display: string,
  spans: ReadonlyArray<readonly [number, number]>,
  palette: Palette,
): string[] {
  let offset = 0;
  return display
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [start, end] = [offset, offset + line.length];
      offset = end + 1;
      const here = spans.filter(([from, to]) => from >= start && to <= end);
      return markValues(
        line,
        here.map(([from, to]) => [from - start, to - start] as const),
        palette,
      );
    });
}

/** A command line with its values marked. */
export function markValues(display: string, spans: ReadonlyArray<readonly [number, number]>, palette: Palette): string {
  let result = "";
  let at = 0;
  for (const [start, end] of spans) {
    result += printable(display.slice(at, start)) + palette.value(printable(display.slice(start, end)));
    at = end;
  }
  return result + printable(display.slice(at));
}
