import { openTerminal } from "./terminal.ts";

export interface Choice<T> {
  value: T;
  label: string;
  hint?: string;
}

/** Asks the person at the terminal to pick one; `otherwise` where nobody sits there or they turn away. */
export async function askChoice<T>(message: string, choices: ReadonlyArray<Choice<T>>, otherwise: T): Promise<T> {
  const terminal = openTerminal();
  if (terminal === null) return otherwise;
  try {
    const { isCancel, select } = await import("./prompts.ts");
    const options = choices.map(({ label, hint }, value) => ({
      value,
      label,
      ...(hint === undefined ? {} : { hint }),
    }));
    const answer = await select({ message, options, input: terminal.input, output: terminal.output });
    return isCancel(answer) ? otherwise : (choices[answer]?.value ?? otherwise);
  } finally {
    terminal.close();
  }
}

/** Asks for any number of them; empty where the person turns away, null where nobody sits there. */
export async function askSeveral<T>(message: string, choices: ReadonlyArray<Choice<T>>): Promise<T[] | null> {
  const terminal = openTerminal();
  if (terminal === null) return null;
  try {
    const { isCancel, multiselect } = await import("./prompts.ts");
    const options = choices.map(({ label, hint }, value) => ({
      value,
      label,
      ...(hint === undefined ? {} : { hint }),
    }));
    const answer = await multiselect({
      message,
      options,
      required: false,
      input: terminal.input,
      output: terminal.output,
    });
    return isCancel(answer) ? [] : choices.filter((_, index) => answer.includes(index)).map(({ value }) => value);
  } finally {
    terminal.close();
  }
}
