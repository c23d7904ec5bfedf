import type { Scope } from "@lever-runner/engine";
import type { MiddlewareHandler } from "hono";
import { HttpProblem } from "../problems.ts";

/** Who a request speaks for. */
export interface Client {
  /** For the log: a token's name, or `anonymous`. */
  name: string;
  scopes: ReadonlySet<Scope>;
  /** Only approved commands that change nothing. */
  readsOnly: boolean;
}

/** Finds whom a token belongs to, or null. Compares in constant time. */
export type TokenCheck = (token: string) => Client | null;

/** Without any token on loopback: may look, run what only reads, and propose commands that a person must approve. */
const ANONYMOUS: Client = { name: "anonymous", scopes: new Set<Scope>(["run", "teach"]), readsOnly: true };

declare module "hono" {
  interface ContextVariableMap {
    client: Client;
    requestId: string;
  }
}

/** @param check null where no token exists at all, which only a server on loopback may be. */
export function authenticate(check: TokenCheck | null): MiddlewareHandler {
  return async (context, next) => {
    context.set("client", check === null ? ANONYMOUS : clientOf(context.req.header("Authorization"), check));
    await next();
  };
}

function clientOf(header: string | undefined, check: TokenCheck): Client {
  const token = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(header ?? "")?.[1];
  const client = token === undefined ? null : check(token);
  if (client !== null) return client;
  throw new HttpProblem({
    status: 401,
    code: "token_required",
    detail: header === undefined ? "a token is needed" : "the token is not known",
    hint: "send Authorization: Bearer TOKEN",
    headers: { "WWW-Authenticate": 'Bearer realm="lever"' },
  });
}

/** @throws HttpProblem 403 */
export function requireScope(client: Client, scope: Scope): void {
  if (client.scopes.has(scope)) return;
  throw new HttpProblem({
    status: 403,
    code: "scope_missing",
    detail: `this token may not ${scope}`,
    hint: "`lever config token add NAME --scopes ...` makes another",
  });
}
