import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { BackendSettings, Wire } from "@lever-runner/engine";

export interface Seen {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: unknown;
  /** Bytes as they came. */
  text: string;
}

export interface ModelServer {
  url: string;
  seen: Seen[];
  close(): Promise<void>;
}

export type Behaviour = (seen: Seen, response: ServerResponse) => void;

/** A server of ours in place of a model's. */
export async function startServer(behave: Behaviour): Promise<ModelServer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const one = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: text === "" ? null : (JSON.parse(text) as unknown),
        text,
      };
      seen.push(one);
      behave(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A port of this machine on which nobody listens. */
export async function deadUrl(): Promise<string> {
  const server = await startServer(() => {});
  await server.close();
  return server.url;
}

export const WIRE_NAMES = ["ollama", "openai", "anthropic"] as const satisfies readonly Wire[];

export function settingsFor(wire: Wire, url: string, change: Partial<BackendSettings> = {}): BackendSettings {
  return { wire, model: "tiny", baseUrl: wire === "openai" ? `${url}/v1` : url, apiKey: null, ...change };
}

/** An answer as the protocol has it. */
export function answerBody(wire: Wire, text: string): unknown {
  switch (wire) {
    case "ollama":
      return {
        model: "tiny",
        created_at: "2025-01-01T00:00:00.000000Z",
        message: { role: "assistant", content: text },
        done: true,
        done_reason: "stop",
        total_duration: 5_000_000,
        load_duration: 1_000_000,
        prompt_eval_count: 51,
        prompt_eval_duration: 2_000_000,
        eval_count: 7,
        eval_duration: 2_000_000,
      };
    case "openai":
      return {
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 1_700_000_000,
        model: "tiny",
        choices: [{ index: 0, message: { role: "assistant", content: text, refusal: null }, finish_reason: "stop" }],
        usage: { prompt_tokens: 51, completion_tokens: 7, total_tokens: 58 },
      };
    case "anthropic":
      return {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: "tiny",
        content: [{ type: "text", text }],
        stop_reason: "end_turn",
        stop_sequence: null,
        usage: { input_tokens: 51, output_tokens: 7 },
      };
  }
}

export function toolCallBody(wire: Wire): unknown {
  const call = { name: "run_shell", arguments: { command: "rm -rf /" } };
  const body = answerBody(wire, "") as Record<string, unknown>;
  switch (wire) {
    case "ollama":
      return { ...body, message: { role: "assistant", content: "", tool_calls: [{ function: call }] } };
    case "openai":
      return {
        ...body,
        choices: [
          {
            index: 0,
            finish_reason: "tool_calls",
            message: {
              role: "assistant",
              content: null,
              tool_calls: [
                { id: "1", type: "function", function: { name: call.name, arguments: JSON.stringify(call.arguments) } },
              ],
            },
          },
        ],
      };
    case "anthropic":
      return {
        ...body,
        stop_reason: "tool_use",
        content: [{ type: "tool_use", id: "1", name: call.name, input: call.arguments }],
      };
  }
}

export function sendJson(response: ServerResponse, body: unknown, status = 200, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** A server that gives one answer to everything. */
export function says(wire: Wire, text: string): Behaviour {
  return (_seen, response) => sendJson(response, answerBody(wire, text));
}
