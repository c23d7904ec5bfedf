import { z } from "@hono/zod-openapi";
import { LeverError } from "@lever-runner/engine";
import type { Context } from "hono";

/** Problem details of RFC 9457; `code` is stable and what programs read. */
export const Problem = z
  .object({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    hint: z.string().optional(),
    request_id: z.string(),
  })
  .openapi("Problem");

/** Every status that an answer other than success can have, with its title. */
export const TITLES = {
  400: "Bad request",
  401: "Not authorised",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  408: "Request timeout",
  409: "Conflict",
  413: "Content too large",
  415: "Unsupported media type",
  421: "Misdirected request",
  429: "Too many requests",
  431: "Request header fields too large",
  500: "Internal error",
  503: "Service unavailable",
} as const;

export type ProblemStatus = keyof typeof TITLES;

export interface ProblemFacts {
  status: ProblemStatus;
  code: string;
  detail: string;
  hint?: string | undefined;
  headers?: Record<string, string>;
}

/** Thrown by guards and routes; the app turns it into an answer. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly facts: ProblemFacts;
  constructor(facts: ProblemFacts) {
    super(facts.detail);
    this.facts = facts;
  }
}

export function answerProblem(context: Context, { status, code, detail, hint, headers }: ProblemFacts): Response {
  const body = {
    type: "about:blank",
    title: TITLES[status],
    status,
    code,
    detail,
    ...(hint === undefined ? {} : { hint }),
    request_id: String(context.get("requestId") ?? ""),
  };
  return context.body(JSON.stringify(body), status, { "Content-Type": "application/problem+json", ...headers });
}

/** Codes of the engine that say the caller's input cannot be taken. */
const CALLERS_FAULT: ReadonlySet<string> = new Set([
  "usage",
  "request_invalid",
  "teach_invalid",
  "namespace_invalid",
  "config_invalid",
]);

/** What went wrong as a problem; null where it is nothing that is known, so that nothing of the inside leaks. */
export function problemOf(error: unknown): ProblemFacts | null {
  if (error instanceof HttpProblem) return error.facts;
  if (!(error instanceof LeverError)) return null;
  const { code, message, hint } = error;
  if (CALLERS_FAULT.has(code)) return { status: 400, code, detail: message, hint };
  return { status: 503, code, detail: message, hint, headers: { "Retry-After": "5" } };
}
