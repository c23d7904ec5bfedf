import { closeSync, constants, openSync, readSync } from "node:fs";
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
    discardTyped(input);
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

/** What was typed before a question was there is no answer to it. */
function discardTyped(input: ReadStream): void {
  input.setRawMode(true);
  const pending = openSync("/dev/tty", constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(1024);
    while (readSync(pending, bytes) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
  } finally {
    closeSync(pending);
    input.setRawMode(false);
  }
}
