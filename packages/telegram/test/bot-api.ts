import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const TOKEN = "123456:test-token_of-the-bot";
export const OWNER = 4242;
export const CHAT = 4242;

/** A call of the bot that the server took. */
export interface Call {
  method: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each method has its own form
  body: any;
}

export interface BotApi {
  root: string;
  /** Calls that were taken, in order, without polling. */
  calls: Call[];
  /** Calls that broke the form of the Bot API, each with why. */
  broken: string[];
  /** The next calls of a method answer 429. */
  throttle(method: string, times: number): void;
  push(update: Record<string, unknown>): number;
  say(text: string, more?: Record<string, unknown>): number;
  press(data: string, from?: number): void;
  close(): Promise<void>;
}

/** The Bot API as far as the bot needs it, strict about the form of every call. */
export async function startBotApi(): Promise<BotApi> {
  const updates: Array<Record<string, unknown> & { update_id: number }> = [];
  const calls: Call[] = [];
  const broken: string[] = [];
  const throttled = new Map<string, number>();
  const polls = new Set<() => void>();
  let nextUpdate = 1;
  let nextMessage = 100;

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: Error) => {
      broken.push(error.message);
      reply(response, 400, { ok: false, error_code: 400, description: `Bad Request: ${error.message}` });
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? "");
    if (found?.[1] !== TOKEN) throw new Error(`wrong token or path: ${request.url}`);
    const method = found[2] as string;
    const body = await readBody(request);
    if (method === "getUpdates") return poll(Number(body["offset"] ?? 0), response);
    const left = throttled.get(method) ?? 0;
    if (left > 0) {
      throttled.set(method, left - 1);
      return reply(response, 429, {
        ok: false,
        error_code: 429,
        description: "Too Many Requests: retry after 1",
        parameters: { retry_after: 1 },
      });
    }
    checkForm(method, body);
    calls.push({ method, body });
    const user = { id: 1, is_bot: true, first_name: "lever", username: "lever_bot" };
    const message = { message_id: nextMessage++, date: 0, chat: { id: CHAT, type: "private" }, text: "" };
    const result = method === "getMe" ? user : method.startsWith("send") ? message : true;
    reply(response, 200, { ok: true, result });
  }

  function poll(offset: number, response: ServerResponse): void {
    const send = (): void => {
      polls.delete(send);
      clearTimeout(timer);
      reply(response, 200, { ok: true, result: updates.filter(({ update_id: id }) => id >= offset) });
    };
    const timer = setTimeout(send, 2_000);
    if (updates.some(({ update_id: id }) => id >= offset)) send();
    else polls.add(send);
  }

  const push = (update: Record<string, unknown>): number => {
    const id = nextUpdate++;
    updates.push({ update_id: id, ...update });
    for (const send of polls) send();
    return id;
  };
  const from = (id: number): object => ({ id, is_bot: false, first_name: "Somebody" });
  const chat = { id: CHAT, type: "private", first_name: "Somebody" };

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    broken,
    throttle: (method, times) => throttled.set(method, times),
    push,
    say: (text, more = {}) =>
      push({
        message: {
          message_id: nextMessage++,
          date: 0,
          chat,
          from: from(OWNER),
          text,
          ...(text.startsWith("/")
            ? { entities: [{ type: "bot_command", offset: 0, length: (text.split(" ")[0] as string).length }] }
            : {}),
          ...more,
        },
      }),
    press: (data, who = OWNER) =>
      void push({
        callback_query: {
          id: `q${nextUpdate}`,
          from: from(who),
          chat_instance: "1",
          message: { message_id: 1, date: 0, chat },
          data,
        },
      }),
    close: () =>
      new Promise((resolve) => {
        for (const send of polls) send();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("multipart/form-data")) {
    // Each part is a head, an empty line and the content, between boundaries.
    const parts = raw.toString().split(/\r?\n?--[-\w]+(?:--)?\r\n/);
    const fields = parts.flatMap((part) => {
      const [head = "", ...content] = part.split("\r\n\r\n");
      const name = /name="([^"]+)"/.exec(head)?.[1];
      return name === undefined ? [] : [[name, content.join("\r\n\r\n")] as const];
    });
    return Object.fromEntries(fields);
  }
  return raw.length === 0 ? {} : (JSON.parse(raw.toString()) as Record<string, unknown>);
}

function checkForm(method: string, body: Call["body"]): void {
  const need = (key: string): void => {
    if (body[key] === undefined) throw new Error(`${method} without ${key}`);
  };
  switch (method) {
    case "getMe":
    case "deleteWebhook":
      return;
    case "sendMessage": {
      need("chat_id");
      need("text");
      checkText(String(body["text"]), body["parse_mode"]);
      for (const row of body["reply_markup"]?.inline_keyboard ?? []) {
        for (const button of row) {
          const bytes = Buffer.byteLength(button.callback_data ?? "");
          if (bytes < 1 || bytes > 64) throw new Error(`callback_data of ${bytes} bytes`);
          if (typeof button.text !== "string" || button.text === "") throw new Error("a button without text");
        }
      }
      return;
    }
    case "sendDocument":
      need("chat_id");
      return;
    case "answerCallbackQuery":
      return need("callback_query_id");
    case "editMessageReplyMarkup":
      need("chat_id");
      return need("message_id");
    default:
      throw new Error(`unknown method ${method}`);
  }
}

/** HTML mode knows a few tags, each closed; everything else of that look is an error, as it is at Telegram. */
function checkText(text: string, mode: unknown): void {
  if (mode === undefined) return checkLength(text);
  if (mode !== "HTML") throw new Error(`parse_mode ${String(mode)}`);
  const open: string[] = [];
  for (const [tag, slash, name] of text.matchAll(/<(\/?)([^>]*)>/g)) {
    if (!["pre", "b", "i", "code"].includes(name as string)) throw new Error(`unsupported tag ${tag}`);
    if (slash === "") open.push(name as string);
    else if (open.pop() !== name) throw new Error(`unexpected ${tag}`);
  }
  if (open.length > 0) throw new Error(`${open.join()} is not closed`);
  if (/<|>/.test(text.replaceAll(/<\/?[a-z]+>/g, ""))) throw new Error("a bare angle bracket");
  if (/&(?!amp;|lt;|gt;|quot;)/.test(text)) throw new Error("a bare ampersand");
  checkLength(text.replaceAll(/<[^>]*>/g, "").replaceAll(/&\w+;/g, "x"));
}

function checkLength(text: string): void {
  if (text.trim() === "") throw new Error("message text is empty");
  if (text.length > 4_096) throw new Error("message is too long");
}
