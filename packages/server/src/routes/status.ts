import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { answerJson, documentAnswers } from "../answers.ts";
import { requireScope } from "../guards/bearer.ts";
import type { Metrics } from "../metrics.ts";
import type { RunQueue } from "../run-queue.ts";
import { Listing, Status } from "../schemas.ts";
import type { Served } from "../served.ts";
import { namespaceOf } from "./run.ts";

const HEALTH = createRoute({
  method: "get",
  path: "/healthz",
  summary: "Whether the server answers",
  security: [],
  responses: documentAnswers("It does", z.object({ status: z.literal("ok") }).openapi("Health")),
});

const STATUS = createRoute({
  method: "get",
  path: "/status",
  summary: "What the server is and does",
  responses: documentAnswers("Facts", Status),
});

const STATS = createRoute({
  method: "get",
  path: "/stats",
  summary: "Counts of commands and runs of a namespace",
  request: { query: Listing.pick({ namespace: true, chat_id: true }) },
  responses: documentAnswers("Counts", z.looseObject({ commands: z.int(), runs: z.int() }).openapi("Stats")),
});

const RUNS = createRoute({
  method: "get",
  path: "/runs",
  summary: "The latest runs of a namespace",
  request: { query: Listing },
  responses: documentAnswers(
    "Runs, the latest first",
    z.object({ runs: z.array(z.looseObject({ id: z.string(), request: z.string() })) }).openapi("Runs"),
  ),
});

export function addStatusRoutes(app: OpenAPIHono, served: Served, queue: RunQueue, metrics: Metrics): void {
  const { lever, version } = served;
  const began = performance.now();

  app.openapi(HEALTH, (context) => context.json({ status: "ok" as const }, 200));

  app.openapi(STATUS, (context) => {
    requireScope(context.get("client"), "run");
    return context.json(
      {
        status: "ok" as const,
        version,
        uptime_s: (performance.now() - began) / 1000,
        namespaces: lever.namespaces(),
        store: lever.facts().store,
        runs: queue.state,
      },
      200,
    );
  });

  app.openapi(STATS, (context) => {
    requireScope(context.get("client"), "run");
    return answerJson(context, lever.stats(namespaceOf(context.req.valid("query")).namespace));
  });

  app.openapi(RUNS, (context) => {
    requireScope(context.get("client"), "run");
    const query = context.req.valid("query");
    return answerJson(context, { runs: lever.log(query.limit, namespaceOf(query).namespace) });
  });

  app.get("/metrics", async (context) => {
    requireScope(context.get("client"), "run");
    return context.body(await metrics.read(), 200, { "Content-Type": metrics.contentType });
  });
}
