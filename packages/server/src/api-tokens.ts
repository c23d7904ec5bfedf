import { hash as hashOf, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LeverError, type Scope } from "@lever-runner/engine";
import * as z from "zod";
import type { Client, TokenCheck } from "./guards/bearer.ts";

export const SCOPES = ["run", "confirm", "teach"] as const satisfies readonly Scope[];

const StoredToken = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
  scopes: z.array(z.enum(SCOPES)).min(1),
  /** Hex. The token itself is shown once and kept nowhere. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  created_at: z.iso.datetime(),
});
const TokenFile = z.strictObject({ version: z.literal(1), tokens: z.array(StoredToken) });

export type StoredToken = z.infer<typeof StoredToken>;

const fileIn = (home: string): string => join(home, "api-tokens.json");

/** @throws LeverError `tokens_unreadable`: a file that cannot be read must not pass for one without tokens. */
export function readTokens(home: string): StoredToken[] {
  const file = fileIn(home);
  try {
    return TokenFile.parse(JSON.parse(readFileSync(file, "utf8"))).tokens;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new LeverError("tokens_unreadable", `${file} cannot be read as a list of tokens`, {
      hint: "mend it, or remove it to be left without tokens",
      cause,
    });
  }
}

/**
 * Makes a token and stores its hash. The returned text is the only copy.
 * @throws LeverError `usage` for an unusable name or one that is taken.
 */
export function addToken(home: string, name: string, scopes: readonly Scope[], now: Date): string {
  const tokens = readTokens(home);
  if (tokens.some((token) => token.name === name))
    throw new LeverError("usage", `there is a token “${name}” already`, { hint: `lever config token remove ${name}` });
  const text = `lever_${randomBytes(32).toString("base64url")}`;
  const checked = StoredToken.safeParse({
    name,
    scopes: [...new Set(scopes)],
    sha256: digest(text).toString("hex"),
    created_at: now.toISOString(),
  });
  if (!checked.success)
    throw new LeverError("usage", "a token needs a name of letters, digits and _ . - and at least one scope", {
      hint: `scopes: ${SCOPES.join(", ")}`,
    });
  writeTokens(home, [...tokens, checked.data]);
  return text;
}

/** False where there is none of that name. */
export function removeToken(home: string, name: string): boolean {
  const tokens = readTokens(home);
  const kept = tokens.filter((token) => token.name !== name);
  if (kept.length === tokens.length) return false;
  writeTokens(home, kept);
  return true;
}

function writeTokens(home: string, tokens: readonly StoredToken[]): void {
  const fresh = `${fileIn(home)}.${randomBytes(6).toString("hex")}`;
  writeFileSync(fresh, `${JSON.stringify({ version: 1, tokens }, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  renameSync(fresh, fileIn(home));
}

/**
 * A check of all tokens, or null where there are none. Hashes are compared, each in full and all of them, so that the time
 * it takes tells nothing about how near a guess came.
 */
export function tokenCheck(master: string | null, stored: readonly StoredToken[]): TokenCheck | null {
  const known: Array<{ hash: Buffer; client: Client }> = stored.map(({ name, scopes, sha256 }) => ({
    hash: Buffer.from(sha256, "hex"),
    client: { name, scopes: new Set(scopes), readsOnly: false },
  }));
  if (master !== null) {
    known.push({ hash: digest(master), client: { name: "owner", scopes: new Set(SCOPES), readsOnly: false } });
  }
  if (known.length === 0) return null;
  return (token) => {
    const presented = digest(token);
    let found: Client | null = null;
    for (const { hash, client } of known) if (timingSafeEqual(presented, hash)) found = client;
    return found;
  };
}

function digest(text: string): Buffer {
  return hashOf("sha256", text, "buffer");
}
