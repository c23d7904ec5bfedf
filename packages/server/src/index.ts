export { addToken, readTokens, removeToken, SCOPES, type StoredToken } from "./api-tokens.ts";
export { type App, buildApp } from "./app.ts";
export { tokenCheck } from "./api-tokens.ts";
export { type RunningServer, serve } from "./serve.ts";
export type { Served, ServerSettings } from "./served.ts";
