import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { CommandRow } from "@lever-runner/engine";
import { answerJson, documentAnswers } from "../answers.ts";
import { requireScope } from "../guards/bearer.ts";
import { HttpProblem } from "../problems.ts";
import { Command, Listing, Page, TaughtCommand, TeachRequest } from "../schemas.ts";
import type { Served } from "../served.ts";
import { namespaceOf } from "./run.ts";

const TEACH = createRoute({
  method: "post",
  path: "/teach",
  summary: "Propose a command; a person approves it before it runs",
  request: { body: { required: true, content: { "application/json": { schema: TeachRequest } } } },
  responses: documentAnswers("Stored, unapproved, or known already", TaughtCommand, { body: true, more: [409] }),
});

const LIST = createRoute({
  method: "get",
  path: "/commands",
  summary: "The commands of a namespace",
  request: { query: Page },
  responses: documentAnswers("Commands", z.object({ total: z.int(), commands: z.array(Command) }).openapi("Commands")),
});

const FORGET = createRoute({
  method: "delete",
  path: "/commands/{id}",
  summary: "Forget a command",
  request: { params: z.object({ id: z.string().min(1).max(256) }), query: Listing.pick({ namespace: true }) },
  responses: documentAnswers("What was forgotten", Command, { more: [404] }),
});

export function addCommandRoutes(app: OpenAPIHono, { lever }: Served): void {
  app.openapi(TEACH, (context) => {
    requireScope(context.get("client"), "teach");
    const body = context.req.valid("json");
    const phrase = body.phrase ?? body.intent_phrase ?? "";
    const taught = lever.teach(
      {
        phrase,
        command: body.command,
        aliases: body.aliases ?? [],
        params: body.params ?? [],
        tags: body.tags ?? [],
        trust: body.trust ?? null,
        approve: false,
      },
      namespaceOf(body).namespace,
    );
    if (taught.status === "refused") {
      const { message, hint } = taught.problem;
      throw new HttpProblem({ status: 400, code: taught.problem.code, detail: message, hint: hint ?? undefined });
    }
    if (taught.status === "exists") {
      if (!taught.same_command)
        throw new HttpProblem({ status: 409, code: "phrase_taken", detail: "another command has that phrase" });
      return context.json({ status: "exists" as const, command_id: taught.command_id, phrase: taught.phrase }, 200);
    }
    return context.json(
      { status: "created" as const, command_id: taught.command_id, approved: false as const, phrase },
      200,
    );
  });

  app.openapi(LIST, (context) => {
    requireScope(context.get("client"), "run");
    const query = context.req.valid("query");
    const rows = lever.list(namespaceOf(query).namespace);
    const page = rows.slice(query.offset, query.offset + query.limit);
    return answerJson(context, { total: rows.length, commands: page });
  });

  app.openapi(FORGET, (context) => {
    const client = context.get("client");
    requireScope(client, "teach");
    if (client.readsOnly)
      throw new HttpProblem({ status: 403, code: "token_required", detail: "forgetting takes a token" });
    const { id } = context.req.valid("param");
    const { namespace } = namespaceOf(context.req.valid("query"));
    const known: CommandRow | null = lever.find(id, namespace);
    if (known === null || known.id !== id)
      throw new HttpProblem({ status: 404, code: "unknown_command", detail: "no command has that id" });
    return answerJson(context, lever.forget(id, namespace));
  });
}
