// A route of a web application that answers requests in words: node hono-app.mjs [port]
//   curl -s localhost:3000/ask -H 'Content-Type: application/json' -d '{"request": "how full is the disk"}'
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { Lever } from "lever-runner";

const lever = await Lever.open();
const app = new Hono();

app.post("/ask", async (context) => {
  const { request, confirm_token: confirmToken } = await context.req.json();
  // A program may not confirm for itself. Here its user does, by sending the token of what was shown back.
  const record = await lever.run(request, {
    caller: { kind: "program", scopes: new Set(["run", "confirm"]) },
    signal: context.req.raw.signal,
    ...(confirmToken === undefined ? {} : { confirmToken }),
  });
  switch (record.status) {
    case "ran":
      return context.json({ output: record.outcome.stdout, exit_code: record.outcome.exit_code });
    case "needs_confirmation":
      return context.json({ would_run: record.command.argv, confirm_token: record.confirm_token }, 409);
    default:
      return context.json({ status: record.status, nearest: record.match.candidates.map(({ phrase }) => phrase) }, 422);
  }
});

const server = serve({ fetch: app.fetch, port: Number(process.argv[2] ?? 3000), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`listening on ${port}`);
});
process.once("SIGTERM", () => {
  server.close(() => lever.close());
});
