import { openTerminal } from "./terminal.ts";

/** Asks yes or no at the terminal. Null where nobody sits there, or they want out. */
export async function askPerson(message: string): Promise<boolean | null> {
  const terminal = openTerminal();
  if (terminal === null) return null;
  try {
    const { confirm, isCancel } = await import("./prompts.ts");
    const answer = await confirm({ message, initialValue: false, input: terminal.input, output: terminal.output });
    return isCancel(answer) ? null : answer;
  } finally {
    terminal.close();
  }
}
