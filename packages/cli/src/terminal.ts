import { closeSync, openSync } from "node:fs";
import { isatty, ReadStream, WriteStream } from "node:tty";

/** The person's terminal, whatever stdin and stdout are redirected to. */
export interface Terminal {
  input: ReadStream;
  output: WriteStream;
  close(): void;
}

/** Whether someone sits at a terminal: at least one standard stream is one. */
export function hasPerson(): boolean {
  return isatty(0) || isatty(1) || isatty(2);
}

/** Opens the controlling terminal, so that piped stdin stays the command's. Null where there is none. */
export function openTerminal(): Terminal | null {
  if (!hasPerson()) return null;
  let file: number;
  try {
    file = openSync("/dev/tty", "r+");
  } catch {
    return null;
  }
  try {
    const input = new ReadStream(file);
    const output = new WriteStream(openSync("/dev/tty", "r+"));
    return {
      input,
      output,
      close: () => {
        input.destroy();
        output.destroy();
      },
    };
  } catch {
    closeSync(file);
    return null;
  }
}
