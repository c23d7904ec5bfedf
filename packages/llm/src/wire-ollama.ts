import type { BackendSettings } from "@lever-runner/engine";
import { type ChatResponse, Ollama } from "ollama/browser";
import { answerSchema, type Backend, type Reply } from "./backend.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { BackendFailure, failureOf } from "./failure.ts";

/** Ollama's own API. */
export function openBackend({ model, baseUrl, apiKey }: BackendSettings): Backend {
  const client = (signal: AbortSignal): Ollama =>
    new Ollama({
      host: baseUrl,
      fetch: boundedFetch({ signal, credentials: apiKey === null ? {} : { authorization: `Bearer ${apiKey}` } }),
    });

  return {
    wire: "ollama",
    model,
    async ask(prompt, { signal, structured }) {
      try {
        const answer = await client(signal).chat({
          model,
          stream: false,
          messages: [
            { role: "system", content: prompt.instruction },
            { role: "user", content: prompt.text },
          ],
          options: { temperature: 0, num_predict: prompt.answerTokens },
          ...(structured ? { format: answerSchema(prompt.field) } : {}),
        });
        return readAnswer(answer);
      } catch (error) {
        throw failureOf(error);
      }
    },
    async listModels(signal) {
      try {
        const { models } = await client(signal).list();
        return models.map(({ name }) => String(name));
      } catch (error) {
        throw failureOf(error);
      }
    },
  };
}

function readAnswer(answer: Partial<ChatResponse> | null): Reply {
  const message = answer?.message;
  if (typeof message !== "object" || message === null)
    throw new BackendFailure("malformed", "answered in a form that is not known");
  if (Array.isArray(message.tool_calls) && message.tool_calls.length > 0 && !message.content)
    throw new BackendFailure("tool_call", "wanted to call a tool");
  if (typeof message.content !== "string" || message.content.trim() === "")
    throw new BackendFailure("empty", "answered with nothing");
  return {
    text: message.content,
    tokensIn: answer?.prompt_eval_count ?? null,
    tokensOut: answer?.eval_count ?? null,
  };
}
