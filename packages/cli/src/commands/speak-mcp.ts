import { Lever } from "@lever-runner/engine";
import { serveMcp } from "@lever-runner/mcp";
import type { Program } from "../main.ts";

/** Speaks MCP until the client goes. Loaded only for that: a bundle of its own, with its own copy of the engine. */
export async function speakMcp(program: Program, namespace: string | undefined, allowTeach: boolean): Promise<void> {
  await using lever = await Lever.open(program, { flags: { namespace } });
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
  await serveMcp({ lever, version: program.version, cwd: lever.environment.folder, allowTeach }, ended.signal);
}
