import { type McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import type { McpOptions } from "./server.ts";

/** The commands, to read: all in short, one in full. */
export function addResources(server: McpServer, { lever }: McpOptions): void {
  const json = (uri: URL, value: unknown): { contents: Array<{ uri: string; mimeType: string; text: string }> } => ({
    contents: [{ uri: uri.href, mimeType: "application/json", text: JSON.stringify(value) }],
  });
  server.registerResource(
    "commands",
    "lever://commands",
    { title: "Commands", description: "Every command that can be asked for", mimeType: "application/json" },
    (uri) =>
      json(
        uri,
        lever.list().map(({ id, phrase, template, parameters, effects, trust, approved }) => ({
          id,
          phrase,
          template,
          parameters,
          effects,
          trust,
          approved,
        })),
      ),
  );
  server.registerResource(
    "command",
    new ResourceTemplate("lever://commands/{id}", { list: undefined }),
    { title: "A command", description: "One command with all its phrases", mimeType: "application/json" },
    (uri, { id }) => json(uri, lever.find(decodeURIComponent(String(id)))),
  );
}
