import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LeverError } from "./errors.ts";

export interface Reset {
  /** Where the store is kept now; null where there was none. */
  kept: string | null;
}

/**
 * Puts the store of a home aside, so that the next start makes a new one. It is not opened for it: a damaged one is put
 * aside as well. A process that has it open goes on with the one put aside, and is told so when it teaches.
 * @throws LeverError `reset_failed` where the files cannot be moved; whichever was not is still in place.
 */
export function resetStore(home: string, now = new Date()): Reset {
  const file = join(home, "lever.db");
  if (!existsSync(file)) return { kept: null };
  const kept = freeName(`${file}.bak-${now.toISOString().slice(0, 10)}`);
  try {
    // The log first: alone it is nothing, while a database without it would lack its latest rows.
    if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${kept}-wal`);
    try {
      renameSync(file, kept);
    } catch (cause) {
      if (existsSync(`${kept}-wal`)) renameSync(`${kept}-wal`, `${file}-wal`);
      throw cause;
    }
    for (const rest of ["-shm", "-cache"]) rmSync(`${file}${rest}`, { recursive: true, force: true });
  } catch (cause) {
    throw new LeverError("reset_failed", `${file} cannot be moved: ${(cause as Error).message}`, {
      hint: "check the folder's permissions",
      cause,
    });
  }
  return { kept };
}

function freeName(wanted: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}.${number}`;
    if (!existsSync(name) && !existsSync(`${name}-wal`)) return name;
  }
}
