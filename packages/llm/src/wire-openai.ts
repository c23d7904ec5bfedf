import type { BackendSettings } from "@lever-runner/engine";
import OpenAI from "openai";
import { answerSchema, type AskControls, type Backend, type Prompt, type Reply } from "./backend.ts";
import { boundedFetch } from "./bounded-fetch.ts";
import { BackendFailure, failureOf } from "./failure.ts";

/** Chat completions: OpenAI, and by base URL deepinfra, llama.cpp, vLLM, LM Studio and others. */
export function openBackend({ model, baseUrl, apiKey }: BackendSettings): Backend {
  const client = (signal: AbortSignal): OpenAI =>
    new OpenAI({
      baseURL: baseUrl,
      // Sent below; a client without one would look for it in the environment.
      apiKey: "none",
      organization: null,
      project: null,
      maxRetries: 0,
      logLevel: "off",
      fetch: boundedFetch({ signal, credentials: apiKey === null ? {} : { authorization: `Bearer ${apiKey}` } }),
    });
  // OpenAI's own newer models refuse both of the older settings; other servers know no newer ones.
  const own = new URL(baseUrl).hostname.endsWith("openai.com");

  return {
    wire: "openai",
    model,
    async ask(prompt, { signal, structured }: AskControls): Promise<Reply> {
      try {
        const answer = await client(signal).chat.completions.create({
          model,
          messages: [
            { role: "system", content: prompt.instruction },
            { role: "user", content: prompt.text },
          ],
          ...(own
            ? { max_completion_tokens: prompt.answerTokens }
            : { max_tokens: prompt.answerTokens, temperature: 0 }),
          ...(structured ? { response_format: responseFormat(prompt) } : {}),
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

function responseFormat({ field }: Prompt): OpenAI.ResponseFormatJSONSchema {
  return { type: "json_schema", json_schema: { name: field, strict: true, schema: answerSchema(field) } };
}

/** The type is what the protocol promises; a server may send anything. */
function readAnswer(answer: Partial<OpenAI.ChatCompletion> | null): Reply {
  const message = answer?.choices?.[0]?.message;
  if (message === undefined || message === null)
    throw new BackendFailure("malformed", "answered in a form that is not known");
  const { content, tool_calls: calls } = message;
  if (Array.isArray(calls) && calls.length > 0 && !content)
    throw new BackendFailure("tool_call", "wanted to call a tool");
  if (typeof content !== "string" || content.trim() === "") throw new BackendFailure("empty", "answered with nothing");
  return {
    text: content,
    tokensIn: answer?.usage?.prompt_tokens ?? null,
    tokensOut: answer?.usage?.completion_tokens ?? null,
  };
}
