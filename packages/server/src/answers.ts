import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { Problem, type ProblemStatus, TITLES } from "./problems.ts";

/** What any route behind the guards may answer with. */
const GUARDS: readonly ProblemStatus[] = [400, 401, 403, 405, 408, 421, 429, 431, 500, 503];
const BODY: readonly ProblemStatus[] = [413, 415];

/** The documented answers of a route: its own success, and every problem that it or the guards before it may give. */
export function documentAnswers<T extends z.ZodType>(
  description: string,
  schema: T,
  { body = false, more = [] }: { body?: boolean; more?: readonly ProblemStatus[] } = {},
): { 200: { description: string; content: { "application/json": { schema: T } } } } {
  const problems = [...GUARDS, ...(body ? BODY : []), ...more].map((status) => [
    status,
    { description: TITLES[status], content: { "application/problem+json": { schema: Problem } } },
  ]);
  return { 200: { description, content: { "application/json": { schema } } }, ...Object.fromEntries(problems) };
}

/** The engine's objects have the documented shape already; checking each again would cost more than finding the command. */
export function answerJson(context: Context, value: unknown): never {
  return context.json(value as never, 200) as never;
}
