import { openTerminal, type Terminal } from "./terminal.ts";

/** Asks the person at the terminal, whatever the standard streams are redirected to; `otherwise` where nobody sits there. */
export async function withTerminal<T>(otherwise: T, use: (terminal: Terminal) => Promise<T>): Promise<T> {
  const terminal = openTerminal();
  if (terminal === null) return otherwise;
  try {
    return await use(terminal);
  } finally {
    terminal.close();
  }
}

export interface Choice<T> {
  value: T;
  label: string;
  hint?: string;
}

/** Yes or no; no is the default, and the answer to Ctrl-C. */
export function askYes(message: string): Promise<boolean> {
  return withTerminal(false, async ({ input, output }) => {
    const { confirm, isCancel } = await import("./prompts.ts");
    const answer = await confirm({ message, initialValue: false, input, output });
    return !isCancel(answer) && answer;
  });
}

/** One of a few; null where nobody is there or the question was broken off. */
export function askOne<T extends string>(message: string, options: Array<Choice<T>>): Promise<T | null> {
  return withTerminal<T | null>(null, async ({ input, output }) => {
    const { isCancel, select } = await import("./prompts.ts");
    const answer = await select({ message, options: options as never, input, output });
    return isCancel(answer) ? null : (answer as T);
  });
}
