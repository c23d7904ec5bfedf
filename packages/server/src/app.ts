import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { matchedRoutes } from "hono/route";
import { authenticate, type TokenCheck } from "./guards/bearer.ts";
import { limitBody } from "./guards/body-limit.ts";
import { isLoopback, refuseWebPages, requireJson } from "./guards/origin.ts";
import { refuseMethods } from "./guards/methods.ts";
import { limitRate } from "./guards/rate-limit.ts";
import { type Metrics, openMetrics } from "./metrics.ts";
import { answerProblem, HttpProblem, problemOf } from "./problems.ts";
import { addCommandRoutes } from "./routes/commands.ts";
import { addRunRoutes } from "./routes/run.ts";
import { addStatusRoutes } from "./routes/status.ts";
import { RunQueue } from "./run-queue.ts";
import type { Served, ServerSettings } from "./served.ts";

export interface App {
  fetch: OpenAPIHono["fetch"];
  queue: RunQueue;
}

/** All routes behind their guards, in the order in which a request meets them. */
export function buildApp(served: Served, settings: ServerSettings, check: TokenCheck | null): App {
  const queue = new RunQueue(settings.maxConcurrent);
  const metrics = openMetrics(() => queue.state);
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error.issues);
    },
  });

  app.use(async (context, next) => {
    const id = randomUUID();
    context.set("requestId", id);
    // On Node's own response: headers of the web's kind would be made for these two alone.
    const { outgoing } = context.env as HttpBindings;
    outgoing.setHeader("X-Request-Id", id);
    outgoing.setHeader("Cache-Control", "no-store");
    const began = performance.now();
    await next();
    note(served, metrics, {
      id,
      client: context.get("client")?.name ?? null,
      method: context.req.method,
      // The pattern, not the path: paths of strangers would fill the metrics without bound.
      route: routeOf(context),
      status: context.res.status,
      ms: performance.now() - began,
    });
  });
  app.use(
    limitRate(settings.rateLimit, (context) => (context.env as HttpBindings).incoming.socket.remoteAddress ?? ""),
  );
  app.use(refuseWebPages(isLoopback(settings.host)));
  app.use(async (context, next) => {
    if (context.req.path === "/healthz") return next();
    return authenticate(check)(context, next);
  });
  app.use(refuseMethods(() => app.routes));
  app.use(requireJson);
  app.use(limitBody(settings.maxBodyBytes));
  addRunRoutes(app, served, queue, metrics);
  addCommandRoutes(app, served);
  addStatusRoutes(app, served, queue, metrics);
  describe(app, served.version);
  answerTheRest(app, served);
  return { fetch: app.fetch, queue };
}

function describe(app: OpenAPIHono, version: string): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "token", { type: "http", scheme: "bearer" });
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: {
      title: "lever-runner",
      version,
      license: { name: "MIT" },
      description: "Asks in words, runs what a person approved.",
    },
    // Without a token, a server on loopback runs approved commands that only read.
    security: [{ token: [] }, {}],
  });
}

function routeOf(context: Context): string {
  const route = matchedRoutes(context).findLast(({ method }) => method !== "ALL");
  return route?.path ?? "other";
}

function answerTheRest(app: OpenAPIHono, { logger }: Served): void {
  app.notFound((context) =>
    answerProblem(context, { status: 404, code: "unknown_route", detail: "nothing is here", hint: "/openapi.json" }),
  );
  app.onError((error, context) => {
    const problem = problemOf(error) ?? malformed(error);
    if (problem !== null) return answerProblem(context, problem);
    logger.error({ id: context.get("requestId"), error: error.message, stack: error.stack }, "broke");
    return answerProblem(context, { status: 500, code: "internal", detail: "something broke; the log says what" });
  });
}

/** A body that is no JSON. */
function malformed(error: Error): HttpProblem["facts"] | null {
  const status = (error as { status?: unknown }).status;
  return status === 400 ? { status: 400, code: "body_invalid", detail: "the body is not valid JSON" } : null;
}

function invalid(issues: ReadonlyArray<{ path: PropertyKey[]; message: string }>): HttpProblem {
  const detail = issues.map(({ path, message }) => [path.map(String).join("."), message].filter(Boolean).join(": "));
  return new HttpProblem({ status: 400, code: "body_invalid", detail: detail.slice(0, 5).join("; ") });
}

interface Answered {
  id: string;
  client: string | null;
  method: string;
  route: string;
  status: number;
  ms: number;
}

function note({ logger }: Served, metrics: Metrics, answered: Answered): void {
  metrics.countRequest(answered.route, answered.status, answered.ms / 1000);
  logger[answered.status >= 500 ? "warn" : "info"](answered, "answered");
}
