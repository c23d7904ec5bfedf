import type { McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { McpOptions } from "../server.ts";

const Found = z.looseObject({
  kind: z.enum(["exact", "sure", "likely", "none"]),
  candidates: z.array(
    z.looseObject({
      command_id: z.string(),
      phrase: z.string(),
      template: z.string(),
      parameters: z.record(z.string(), z.string()),
      probability: z.number(),
    }),
  ),
});

/** Decides what a request means; nothing runs. */
export function addFindTool(server: McpServer, { lever }: McpOptions): void {
  server.registerTool(
    "lever_find",
    {
      title: "Find a command",
      description:
        "Finds the approved commands that a request in plain words could mean, best first, with what each may do. Runs nothing.",
      inputSchema: z.strictObject({
        request: z.string().min(1).max(10_000).describe("What is wanted, in plain words"),
      }),
      outputSchema: Found,
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    async ({ request }, { mcpReq }) => {
      const match = await lever.match(request, { signal: mcpReq.signal });
      const lines = match.candidates.map(({ command_id: id, phrase, template }) => `${id}: ${phrase}   (${template})`);
      const text = match.kind === "none" ? ["nothing fits; the nearest are", ...lines] : [`${match.kind}:`, ...lines];
      return { content: [{ type: "text", text: text.join("\n") }], structuredContent: { ...match } };
    },
  );
}
