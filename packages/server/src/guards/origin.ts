import type { MiddlewareHandler } from "hono";
import { HttpProblem } from "../problems.ts";

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether an address means this machine and nobody else can reach it. */
export function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || /^127(?:\.\d{1,3}){3}$/.test(address);
}

/**
 * Keeps web pages out. A page that a browser shows may send requests here, with a name of its own that resolves to this
 * machine (DNS rebinding) or across sites; both say so in headers that the page cannot change.
 *
 * @param loopbackOnly the server listens on loopback: no other name can be meant by an honest client.
 */
export function refuseWebPages(loopbackOnly: boolean): MiddlewareHandler {
  return async (context, next) => {
    const host = hostName(context.req.header("Host"));
    if (host === null || (loopbackOnly && !LOOPBACK_NAMES.has(host))) {
      throw new HttpProblem({
        status: 421,
        code: "host_refused",
        detail: "the Host header names another machine",
        hint: "ask for 127.0.0.1 or localhost",
      });
    }
    const origin = context.req.header("Origin");
    const crossSite = context.req.header("Sec-Fetch-Site");
    const foreignOrigin = origin !== undefined && !isSameHost(origin, context.req.header("Host") ?? "");
    if (foreignOrigin || crossSite === "cross-site" || crossSite === "same-site") {
      throw new HttpProblem({ status: 403, code: "origin_refused", detail: "requests of web pages are not taken" });
    }
    await next();
  };
}

function hostName(header: string | undefined): string | null {
  const found = header === undefined ? null : /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header);
  return found?.[1]?.toLowerCase() ?? null;
}

function isSameHost(origin: string, host: string): boolean {
  return origin.toLowerCase() === `http://${host.toLowerCase()}`;
}

/** A form on any web page can send text/plain or form data unasked, but not JSON: only JSON bodies are read. */
export const requireJson: MiddlewareHandler = async (context, next) => {
  const { method } = context.req;
  if (method === "POST" || method === "PUT" || method === "PATCH") {
    const type = context.req.header("Content-Type") ?? "";
    if (!/^application\/json *(?:; *charset=utf-8)?$/i.test(type)) {
      throw new HttpProblem({
        status: 415,
        code: "json_required",
        detail: "the body has to be JSON",
        hint: "send Content-Type: application/json",
      });
    }
  }
  await next();
};
