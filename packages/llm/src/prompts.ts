import type { FixRequest } from "@lever-runner/engine";
import type { Prompt } from "./backend.ts";

/** At most 60 tokens with the request's frame; a test counts them. */
export function askForPhrase(text: string): Prompt {
  return {
    instruction:
      "Rephrase the computer task as a short plain menu entry of 2 to 8 common words. Keep marks like <1>. Reply with the phrase only.",
    text,
    answerTokens: 32,
    field: "phrase",
  };
}

export function askForParaphrases(text: string): Prompt {
  return {
    instruction:
      "Give 6 other short ways in which people ask for this computer task, one a line, at most 8 plain words each. Keep marks like <1>.",
    text,
    answerTokens: 160,
    field: "phrases",
  };
}

export function askForFix({ phrase, template }: FixRequest): Prompt {
  return {
    instruction:
      "This shell command keeps failing. Reply with a corrected command on one line and nothing else. Keep every {{parameter}} as it is.",
    text: `Purpose: ${phrase}\nCommand: ${template}`,
    answerTokens: 256,
    field: "command",
  };
}

/** All that a prompt sends, as shown to people. */
export function wholeText({ instruction, text }: Prompt): string {
  return `${instruction}\n${text}`;
}
