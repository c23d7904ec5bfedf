import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";

/** The first executable file of that name in the folders, as a shell looks through PATH. */
export function findExecutable(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** A folder that may not be looked into holds nothing that could run. */
function isExecutable(file: string): boolean {
  try {
    // Most folders lack it, and an exception costs more than the look.
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
