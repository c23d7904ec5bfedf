import type { Compiled } from "@lever-runner/engine";
import { acceptedContent, type CallToolResult, inputRequired, type McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import { canAskPerson } from "../elicitation.ts";
import type { McpOptions } from "../server.ts";

const Input = z.strictObject({
  phrase: z.string().min(1).max(1_000).describe("What one says to ask for it, with {{parameters}}"),
  command: z.string().min(1).max(65_536).describe("The command, with the same {{parameters}}"),
  aliases: z.array(z.string().min(1).max(1_000)).max(64).optional(),
});
const Answer = z.object({ store: z.boolean().meta({ title: "Store it" }) });

/**
 * Proposes a command. It is stored only if a person says yes to exactly what it was understood to be, and unapproved even
 * then: it asks once more before it first runs.
 */
export function addTeachTool(server: McpServer, { lever }: McpOptions): void {
  server.registerTool(
    "lever_teach",
    {
      title: "Propose a command",
      description:
        "Proposes a command for a person to accept. Stored unapproved: its first run is confirmed by a person.",
      inputSchema: Input,
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    (input, context) => {
      const teach = { ...input, aliases: input.aliases ?? [], approve: false };
      const compiled = lever.compile(teach);
      if (compiled.status === "refused") return failed(`${compiled.problem.message}. ${compiled.problem.hint ?? ""}`);
      if (!canAskPerson(server, context)) return failed("not stored: no person agreed");
      const agreed = acceptedContent(context.mcpReq.inputResponses, "store", Answer)?.store;
      // A yes is to what was asked: the state of the question comes back with it.
      const message = question(compiled, teach.aliases);
      const state = `${compiled.understood.digest}\n${message}`;
      const asked = context.mcpReq.requestState<string>() === state;
      if (agreed === undefined || !asked) {
        if (context.mcpReq.inputResponses !== undefined) return failed("not stored: no person agreed");
        return inputRequired({
          inputRequests: { store: inputRequired.elicit({ message, requestedSchema: Answer }) },
          requestState: state,
        });
      }
      if (!agreed) return failed("not stored: declined");
      const taught = lever.teach(teach);
      if (taught.status === "refused") return failed(taught.problem.message);
      const text = taught.status === "exists" ? `known already: ${taught.command_id}` : `stored: ${taught.command_id}`;
      return { content: [{ type: "text", text }] };
    },
  );
}

function question({ understood }: Extract<Compiled, { status: "understood" }>, aliases: readonly string[]): string {
  const effects = Object.entries(understood.effects)
    .filter(([, holds]) => holds)
    .map(([name]) => name);
  const phrases = [understood.phrase, ...aliases].join("\n");
  return `Store this command?\n${phrases}\n${understood.script ?? understood.template}\n${effects.join(", ")}`;
}

function failed(text: string): CallToolResult {
  return { content: [{ type: "text", text: text.trim() }], isError: true };
}
