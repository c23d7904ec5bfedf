import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { RunOptions, RunRecord as Record_ } from "@lever-runner/engine";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { answerJson, documentAnswers } from "../answers.ts";
import { type Client, requireScope } from "../guards/bearer.ts";
import type { Metrics } from "../metrics.ts";
import type { RunQueue } from "../run-queue.ts";
import { MatchRequest, Match, RunRecord, RunRequest } from "../schemas.ts";
import type { Served } from "../served.ts";

const json = <T>(schema: T) => ({ required: true, content: { "application/json": { schema } } });

const RUN = createRoute({
  method: "post",
  path: "/run",
  summary: "Find the command that a request asks for, and run it if it may",
  description:
    "Every regular end, from no match to a timeout, is a RunRecord with status 200. With Accept: text/event-stream the " +
    "output comes as events `stdout` and `stderr` while it is written, and last one event `record`.",
  request: { body: json(RunRequest) },
  responses: documentAnswers("How it ended", RunRecord, { body: true }),
});

const MATCH = createRoute({
  method: "post",
  path: "/match",
  summary: "Decide what a request means; nothing runs",
  request: { body: json(MatchRequest) },
  responses: documentAnswers("What it means", Match, { body: true }),
});

export function addRunRoutes(app: OpenAPIHono, { lever }: Served, queue: RunQueue, metrics: Metrics): void {
  app.openapi(RUN, async (context) => {
    const client = context.get("client");
    requireScope(client, "run");
    const body = context.req.valid("json");
    const signal = context.req.raw.signal;
    const options: RunOptions = {
      ...namespaceOf(body),
      caller: callerOf(client),
      parameters: body.parameters ?? {},
      dryRun: body.dry_run ?? false,
      ...(body.confirm_token === undefined ? {} : { confirmToken: body.confirm_token }),
      output: "captured",
      signal,
      ...(body.timeout === undefined ? {} : { timeoutSeconds: body.timeout }),
    };
    const run = async (more: RunOptions = {}): Promise<Record_> => {
      const record = await queue.run(() => lever.run(body.request, { ...options, ...more }));
      metrics.countRun(record.status, record.match.gate);
      return record;
    };
    if (context.req.header("Accept")?.includes("text/event-stream")) {
      return streamSSE(context, (stream) => streamRun(stream, run)) as never;
    }
    return answerJson(context, await run());
  });

  app.openapi(MATCH, async (context) => {
    requireScope(context.get("client"), "run");
    const body = context.req.valid("json");
    return answerJson(context, await lever.match(body.request, namespaceOf(body)));
  });
}

/** Chunks may end within a character: the decoder keeps the rest for the next one. */
async function streamRun(stream: SSEStreamingApi, run: (more: RunOptions) => Promise<Record_>): Promise<void> {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  const record = await run({
    // Waited for: a command that writes faster than its reader reads waits for the reader.
    onOutput: async (name, chunk) => {
      const data = JSON.stringify(decoders[name].decode(chunk, { stream: true }));
      await stream.writeSSE({ event: name, data });
    },
  });
  await stream.writeSSE({ event: "record", data: JSON.stringify(record) });
}

export function namespaceOf(body: { namespace?: string | undefined; chat_id?: string | undefined }): {
  namespace?: string;
} {
  const namespace = body.namespace ?? body.chat_id;
  return namespace === undefined ? {} : { namespace };
}

function callerOf(client: Client): NonNullable<RunOptions["caller"]> {
  return { kind: "program", name: client.name, scopes: client.scopes, readsOnly: client.readsOnly };
}
