import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const compared: Buffer[] = [];
vi.mock(import("node:crypto"), async (original) => {
  const real = await original();
  return {
    ...real,
    timingSafeEqual: (a, b) => {
      compared.push(b as Buffer);
      return real.timingSafeEqual(a, b);
    },
  };
});
const { addToken, readTokens, removeToken, tokenCheck } = await import("./api-tokens.ts");

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "lever-tokens-"));
  compared.length = 0;
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it("shows a token once and keeps its hash, for its owner alone", () => {
  const token = addToken(home, "phone", ["run", "confirm"], new Date(0));
  const file = join(home, "api-tokens.json");
  expect(readFileSync(file, "utf8")).not.toContain(token);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const check = tokenCheck(null, readTokens(home));
  expect(check?.(token)).toMatchObject({ name: "phone", readsOnly: false });
  expect([...(check?.(token)?.scopes ?? [])]).toEqual(["run", "confirm"]);
  expect(check?.(`${token}x`)).toBeNull();
  expect(removeToken(home, "phone")).toBe(true);
  expect(removeToken(home, "phone")).toBe(false);
  expect(tokenCheck(null, readTokens(home))).toBeNull();
});

it("compares with every hash, of one length, wherever a guess first differs", () => {
  for (const name of ["a", "b", "c"]) addToken(home, name, ["run"], new Date(0));
  const check = tokenCheck("m".repeat(20), readTokens(home));
  for (const guess of ["x", `${"m".repeat(19)}x`, "m".repeat(20)]) {
    compared.length = 0;
    check?.(guess);
    expect(compared).toHaveLength(4);
    expect(new Set(compared.map((hash) => hash.length))).toEqual(new Set([32]));
  }
  const owner = createHash("sha256").update("m".repeat(20)).digest("hex");
  expect(compared.map((hash) => hash.toString("hex"))).toContain(owner);
});

it("refuses unusable names and scopes, and a damaged file", () => {
  expect(() => addToken(home, "no/slash", ["run"], new Date(0))).toThrow(/letters/);
  expect(() => addToken(home, "none", [], new Date(0))).toThrow(/scope/);
  addToken(home, "once", ["run"], new Date(0));
  expect(() => addToken(home, "once", ["run"], new Date(0))).toThrow(/already/);
  writeFileSync(join(home, "api-tokens.json"), "{");
  expect(() => readTokens(home)).toThrow(/cannot be read/);
});
