import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { LeverError } from "@lever-runner/engine";
import { readTokens, tokenCheck } from "./api-tokens.ts";
import { buildApp } from "./app.ts";
import { isLoopback } from "./guards/origin.ts";
import type { Served, ServerSettings } from "./served.ts";

export interface RunningServer {
  url: string;
  /** Takes nothing new, lets runs end, and after `graceMs` leaves those that did not. */
  close(graceMs?: number): Promise<void>;
}

/** How long a client may take for its head and for a whole request, and how much head it may send. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 15_000,
  maxHeaderSize: 16 * 1024,
};

/**
 * Listens.
 * @param token the owner's, with every scope; null where there is none.
 * @throws LeverError `serve_open` for an address that others can reach without any token; `serve_failed` for one that
 * cannot be had.
 */
export async function serve(served: Served, settings: ServerSettings, token: string | null): Promise<RunningServer> {
  const check = tokenCheck(token, readTokens(served.lever.config.config.home));
  if (check === null && !isLoopback(settings.host)) {
    throw new LeverError("serve_open", `${settings.host} can be reached by others, and there is no token`, {
      hint: "set HTTP_API_TOKEN, or listen on 127.0.0.1",
    });
  }
  served.lever.yieldRuns();
  const { fetch, queue } = buildApp(served, settings, check);
  const server = createServer(LIMITS, getRequestListener(fetch));
  server.maxRequestsPerSocket = 0;
  await listen(server, settings);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    close: async (graceMs = 10_000) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await Promise.race([queue.drain(), new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
      server.closeIdleConnections();
      // Who is still connected now is cut off, which ends the run that was made for it.
      setTimeout(() => server.closeAllConnections(), 200).unref();
      await closed;
    },
  };
}

function listen(server: Server, { host, port }: ServerSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === "EADDRINUSE"
          ? `port ${port} is in use`
          : cause.code === "EACCES"
            ? `port ${port} needs privileges`
            : cause.message;
      reject(
        new LeverError("serve_failed", `cannot listen on ${host}: ${why}`, {
          hint: "HTTP_PORT chooses another",
          cause,
        }),
      );
    });
    server.listen({ host, port, backlog: 1024 }, resolve);
  });
}
