import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { LeverError } from "@lever-runner/engine";

/** What Node puts where the bytes of an argument are no UTF-8. */
const REPLACED = "\uFFFD";

/**
 * A value with other bytes than were typed would name another file. Where the system tells what was typed, an argument that
 * holds U+FFFD itself is let through.
 * @throws LeverError `usage`
 */
export function requireUtf8(argv: readonly string[]): void {
  if (!argv.some((argument) => argument.includes(REPLACED)) || isUtf8(readCommandLine())) return;
  throw new LeverError("usage", "an argument is not valid UTF-8", {
    hint: "rename the file, or check the terminal's encoding",
  });
}

function readCommandLine(): Buffer {
  try {
    return readFileSync("/proc/self/cmdline");
  } catch {
    return Buffer.from([0xff]);
  }
}
