import Anthropic from "@anthropic-ai/sdk";
import type { BackendSettings } from "@lever-runner/engine";
import { answerSchema, type Backend, type Reply } from "./backend.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { BackendFailure, failureOf } from "./failure.ts";

/** The messages API: Anthropic, and by base URL those that speak it too (minimax). */
export function openBackend({ model, baseUrl, apiKey }: BackendSettings): Backend {
  const client = (signal: AbortSignal): Anthropic =>
    new Anthropic({
      baseURL: baseUrl,
      // Sent below; a client without one would look for it in the environment.
      apiKey: "none",
      authToken: null,
      maxRetries: 0,
      logLevel: "off",
      fetch: boundedFetch({ signal, credentials: apiKey === null ? {} : { "x-api-key": apiKey } }),
    });

  return {
    wire: "anthropic",
    model,
    async ask(prompt, { signal, structured }) {
      try {
        const answer = await client(signal).messages.create({
          model,
          max_tokens: prompt.answerTokens,
          system: prompt.instruction,
          messages: [{ role: "user", content: prompt.text }],
          ...(structured
            ? { output_config: { format: { type: "json_schema", schema: answerSchema(prompt.field) } } }
            : {}),
        });
        return readAnswer(answer);
      } catch (error) {
        throw failureOf(error);
      }
    },
    async listModels(signal) {
      try {
        const { data } = await client(signal).models.list();
        return data.map(({ id }) => String(id));
      } catch (error) {
        throw failureOf(error);
      }
    },
  };
}

function readAnswer(answer: Partial<Anthropic.Message> | null): Reply {
  const content = answer?.content;
  if (!Array.isArray(content)) throw new BackendFailure("malformed", "answered in a form that is not known");
  const text = content.map((block) => (block?.type === "text" ? String(block.text) : "")).join("");
  if (text.trim() === "" && content.some((block) => block?.type === "tool_use"))
    throw new BackendFailure("tool_call", "wanted to call a tool");
  if (text.trim() === "") throw new BackendFailure("empty", "answered with nothing");
  return {
    text,
    tokensIn: answer?.usage?.input_tokens ?? null,
    tokensOut: answer?.usage?.output_tokens ?? null,
  };
}
