import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { buildMcpServer, type McpOptions } from "./server.ts";

/** Speaks MCP on stdin and stdout until the client goes away or `signal` is aborted. */
export async function serveMcp(options: McpOptions, signal: AbortSignal): Promise<void> {
  const connection = serveStdio(() => buildMcpServer(options), {
    onerror: (error) => {
      process.stderr.write(`lever: ${error.message}\n`);
    },
  });
  await new Promise<void>((resolve) => {
    process.stdin.once("end", resolve);
    process.stdin.once("close", resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await connection.close();
}
