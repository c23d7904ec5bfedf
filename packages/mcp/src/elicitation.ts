import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type McpServer,
  type ServerContext,
} from "@modelcontextprotocol/server";

export type ToolContext = Pick<ServerContext, "mcpReq">;

/** Whether the client has a person to ask: newer clients say so with each request, older ones once a connection. */
export function canAskPerson(server: McpServer, { mcpReq }: ToolContext): boolean {
  const envelope = mcpReq.envelope as Record<string, unknown> | undefined;
  const said = envelope?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined;
  return (said ?? server.server.getClientCapabilities())?.elicitation !== undefined;
}
