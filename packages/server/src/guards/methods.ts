import type { MiddlewareHandler } from "hono";
import { HttpProblem } from "../problems.ts";

/**
 * Answers 405 where a path is known and the method is not, before anything is said of the body.
 *
 * @param routes all that the app takes, once it has them.
 */
export function refuseMethods(routes: () => ReadonlyArray<{ method: string; path: string }>): MiddlewareHandler {
  let known: Map<string, Set<string>> | undefined;
  return (context, next) => {
    known ??= methodsByPath(routes());
    const { method, path } = context.req;
    const methods = known.get(path) ?? [...known].find(([pattern]) => fits(pattern, path))?.[1];
    // Hono answers HEAD as GET without the body.
    if (methods === undefined || methods.has(method === "HEAD" ? "GET" : method)) return next();
    throw new HttpProblem({
      status: 405,
      code: "method_not_allowed",
      detail: `${method} is not taken here`,
      headers: { Allow: [...methods].join(", ") },
    });
  };
}

function methodsByPath(routes: ReadonlyArray<{ method: string; path: string }>): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  for (const { method, path } of routes) {
    if (method !== "ALL") known.set(path, (known.get(path) ?? new Set()).add(method));
  }
  return known;
}

function fits(pattern: string, path: string): boolean {
  const [expected, given] = [pattern.split("/"), path.split("/")];
  return expected.length === given.length && expected.every((part, at) => part.startsWith(":") || part === given[at]);
}
