import type { MissingParameter } from "@lever-runner/engine";
import { printable } from "./show-error.ts";
import type { Terminal } from "./terminal.ts";

/** More than these are searched by typing instead of walked through. */
const WALKED = 8;
/** Not a value: an empty one cannot be given. */
const ANOTHER = "";

/** Asks for a parameter's value: one of its choices, one that its suggestion lists, or any other, as its type allows. */
export async function askValue(
  terminal: Terminal,
  phrase: string,
  parameter: MissingParameter,
  problem: string | null,
  suggested: readonly string[],
): Promise<string | null> {
  const { isCancel, password, text } = await import("./prompts.ts");
  const message = `${problem === null ? "" : `${printable(problem)}. `}${printable(phrase)}: which ${parameter.name}?`;
  const { input, output } = terminal;
  const listed = parameter.choices.length > 0 ? parameter.choices : suggested;
  if (listed.length > 0) {
    const picked = await pick(terminal, message, listed, parameter.choices.length === 0);
    if (picked !== ANOTHER) return picked;
  }
  const validate = (value: string | undefined): string | undefined =>
    value === undefined || value === "" ? "a value is needed" : undefined;
  const answer =
    parameter.type === "secret"
      ? await password({ message, validate, input, output })
      : await text({ message, placeholder: parameter.type, validate, input, output });
  return isCancel(answer) ? null : answer;
}

async function pick(
  { input, output }: Terminal,
  message: string,
  values: readonly string[],
  open: boolean,
): Promise<string | null> {
  const { autocomplete, isCancel, select } = await import("./prompts.ts");
  const options = values.map((value) => ({ value, label: printable(value) }));
  if (open) options.push({ value: ANOTHER, label: "another …" });
  const ask = options.length > WALKED ? autocomplete<string> : select<string>;
  const answer = await ask({ message, options, input, output, maxItems: WALKED });
  return isCancel(answer) ? null : answer;
}
