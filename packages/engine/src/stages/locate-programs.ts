import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BoundCommand } from "@lever-runner/native";
import { findExecutable } from "../find-executable.ts";
import { safePath } from "./child-environment.ts";

/** Where a command's programs are now, against where they were. */
export interface LocatedPrograms {
  /** Places that are not known yet, by the program's name. */
  fresh: Record<string, string>;
  /** A sentence about a program that is now another file; null where all are where they were. */
  moved: string | null;
}

/**
 * Looks the programs of a command up as its run would. A program that is found elsewhere than before is asked about once:
 * a changed PATH or a file of the same name in an earlier folder would otherwise take over an approved command.
 */
export function locatePrograms(command: BoundCommand, path: string | undefined): LocatedPrograms {
  const fresh: Record<string, string> = {};
  let moved: string | null = null;
  for (const [name, found] of Object.entries(findPrograms(namesOf(command), path))) {
    const known = command.program_paths[name] ?? [];
    if (known.includes(found)) continue;
    fresh[name] = found;
    if (known.length > 0) moved ??= `${name} is now ${found}; before, it was ${known.join(" or ")}`;
  }
  return { fresh, moved };
}

function namesOf(command: BoundCommand): string[] {
  const [interpreter] = command.argv;
  return interpreter === undefined ? command.programs : [interpreter, ...command.programs];
}

/**
 * The file that each name stands for in this PATH, in its real folder: /bin and /usr/bin are often one and the same. Names with a slash are files
 * already; what is not found is left out.
 */
export function findPrograms(names: readonly string[], path: string | undefined): Record<string, string> {
  const folders = safePath(path).split(":");
  const found: Record<string, string> = {};
  for (const name of new Set(names)) {
    if (name.includes("/")) continue;
    const file = findExecutable(name, folders);
    if (file !== undefined) found[name] = join(realpathSync(dirname(file)), name);
  }
  return found;
}
