import type { Wire } from "@lever-runner/engine";

/** One question, the same for every wire. */
export interface Prompt {
  /** What is wanted; fixed text of ours. */
  instruction: string;
  /** The one part that differs from question to question. */
  text: string;
  /** Most tokens of an answer. */
  answerTokens: number;
  /** The answer's only field, where the server can be held to a schema. */
  field: "phrase" | "phrases" | "command";
}

export interface Reply {
  text: string;
  /** As the server counts; null where it does not say. */
  tokensIn: number | null;
  tokensOut: number | null;
}

export interface AskControls {
  signal: AbortSignal;
  /** Hold the server to a schema. */
  structured: boolean;
}

/** A server that completes text, by one wire protocol. */
export interface Backend {
  readonly wire: Wire;
  readonly model: string;
  /** @throws BackendFailure */
  ask(prompt: Prompt, controls: AskControls): Promise<Reply>;
  /** The names of the models that the server has. @throws BackendFailure */
  listModels(signal: AbortSignal): Promise<string[]>;
}

/** The schema for a prompt's answer. */
export function answerSchema(field: Prompt["field"]): Record<string, unknown> {
  const text = { type: "string" };
  return {
    type: "object",
    properties: { [field]: field === "phrases" ? { type: "array", items: text } : text },
    required: [field],
    additionalProperties: false,
  };
}
