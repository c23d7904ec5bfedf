export { buildMcpServer, type McpOptions } from "./server.ts";
export { serveMcp } from "./serve.ts";
