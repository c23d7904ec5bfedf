import { connect } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Lever } from "@lever-runner/engine";
import { pino } from "pino";
import { afterAll } from "vitest";
import { type RunningServer, serve } from "../src/index.ts";
import type { ServerSettings } from "../src/served.ts";

const runner = (path: string): string => fileURLToPath(new URL(`../../lever-runner/${path}`, import.meta.url));
export const TOKEN = "a-token-of-the-owner-0123456789";

const open: Array<() => Promise<void>> = [];
afterAll(async () => {
  for (const close of open.splice(0)) await close();
});

export interface Started {
  lever: Lever;
  server: RunningServer;
  url: string;
  home: string;
  /** Sends JSON unless told otherwise, and reads JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- bodies are what each test expects of them
  ask(path: string, body?: unknown, init?: RequestInit): Promise<{ status: number; headers: Headers; body: any }>;
  /** Bytes to the socket as they stand; all that comes back. */
  raw(bytes: string, waitMs?: number): Promise<string>;
}

/** A server on a port of its own over a store of its own. */
export async function start(settings: Partial<ServerSettings> = {}, token: string | null = null): Promise<Started> {
  const home = mkdtempSync(join(tmpdir(), "lever-server-"));
  const lever = await Lever.open({ pack: runner("pack"), module: runner("src/lever.ts") }, { home });
  const server = await serve(
    { lever, version: "0.0.0", logger: pino({ level: "silent" }) },
    { host: "127.0.0.1", port: 0, rateLimit: 0, maxBodyBytes: 2 ** 21, maxConcurrent: 4, ...settings },
    token,
  );
  open.push(async () => {
    await server.close(1_000);
    lever.close();
    rmSync(home, { recursive: true, force: true });
  });
  const { url } = server;
  return {
    lever,
    server,
    url,
    home,
    ask: async (path, body, init = {}) => {
      const response = await fetch(`${url}${path}`, {
        method: body === undefined ? "GET" : "POST",
        ...init,
        headers: {
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          ...init.headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: parse(text) };
    },
    raw: (bytes, waitMs = 2_000) => sendRaw(Number(new URL(url).port), bytes, waitMs),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function sendRaw(port: number, bytes: string, waitMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    const end = (): void => {
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(end, waitMs);
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (answer.includes("\r\n\r\n")) {
        clearTimeout(timer);
        setTimeout(end, 20);
      }
    });
    socket.on("error", end);
    socket.on("close", end);
    socket.write(bytes, "latin1");
  });
}
