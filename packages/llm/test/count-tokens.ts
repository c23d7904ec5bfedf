import { Tiktoken } from "js-tiktoken/lite";
import ranks from "js-tiktoken/ranks/o200k_base";
import type { Prompt } from "../src/backend.ts";

const encoding = new Tiktoken(ranks);

/** What a chat adds to each message and to the answer, as OpenAI documents it. */
const MESSAGE_FRAME = 4;
const ANSWER_FRAME = 3;

export function countTokens(text: string): number {
  return encoding.encode(text).length;
}

/** All that is sent but for the request's own words. */
export function countFrame({ instruction }: Prompt): number {
  return countTokens(instruction) + 2 * MESSAGE_FRAME + ANSWER_FRAME;
}

export function countPrompt(prompt: Prompt): number {
  return countFrame(prompt) + countTokens(prompt.text);
}
