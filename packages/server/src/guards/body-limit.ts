import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HttpProblem } from "../problems.ts";

/**
 * Refuses bodies that are too large. Where the head says how large it is, Node's parser holds the body to it, and nothing
 * need be read here; to touch the body would turn each request into a stream of the web's kind, which costs more than all
 * else that the server does for it.
 */
export function limitBody(maxBytes: number): MiddlewareHandler {
  const refuse = (): never => {
    throw new HttpProblem({ status: 413, code: "body_too_large", detail: `a body may have ${maxBytes} bytes` });
  };
  const counted = bodyLimit({ maxSize: maxBytes, onError: refuse });
  return (context, next) => {
    if (context.req.header("Transfer-Encoding") !== undefined) return counted(context, next);
    if (Number(context.req.header("Content-Length") ?? 0) > maxBytes) refuse();
    return next();
  };
}
