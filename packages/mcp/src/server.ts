import type { Lever } from "@lever-runner/engine";
import { McpServer } from "@modelcontextprotocol/server";
import { addResources } from "./resources.ts";
import { addFindTool } from "./tools/find.ts";
import { addRunTool } from "./tools/run.ts";
import { addTeachTool } from "./tools/teach.ts";

export interface McpOptions {
  lever: Lever;
  version: string;
  /** The folder that commands run in. */
  cwd: string;
  /** Offer a tool that proposes commands. A person has to agree to each. */
  allowTeach: boolean;
}

const INSTRUCTIONS = `Runs commands that the owner of this machine approved; there is no shell and none can be had.
Find a command with lever_find, in plain words, then run it with lever_run and its id. What destroys or takes privileges is confirmed
by a person, and so is what changes something unless it was named by its id or its exact phrase. Values are data: they are put into
the approved command and never become part of a shell's text.`;

/** A server for one connection. */
export function buildMcpServer(options: McpOptions): McpServer {
  const server = new McpServer({ name: "lever-runner", version: options.version }, { instructions: INSTRUCTIONS });
  addFindTool(server, options);
  addRunTool(server, options);
  if (options.allowTeach) addTeachTool(server, options);
  addResources(server, options);
  return server;
}
