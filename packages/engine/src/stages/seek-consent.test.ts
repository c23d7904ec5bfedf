import { describe, expect, it } from "vitest";
import { boundCommand, NO_TOKENS, READS, request } from "../../test/examples.ts";
import type { Asker, Proposal } from "../request.ts";
import type { ConfirmTokens } from "./confirm-tokens.ts";
import { seekConsent } from "./seek-consent.ts";

const writes = boundCommand({ effects: { ...READS, writes: true } });
const unsure = {
  kind: "sure",
  chosen: false,
  trustFloor: 40,
  asker: undefined,
  tokens: NO_TOKENS,
  moved: null,
} as const;
const personWho = (answer: boolean, seen: Proposal[] = []): Asker => ({
  confirm: (proposal) => {
    seen.push(proposal);
    return Promise.resolve(answer);
  },
  choose: () => Promise.resolve(null),
  fill: () => Promise.resolve(null),
});

describe("seekConsent", () => {
  it("asks nobody where the table says run", async () => {
    const asker = { ...personWho(false), confirm: () => Promise.reject(new Error("asked")) };
    const consent = await seekConsent(boundCommand(), request(), { ...unsure, kind: "exact", asker });
    expect(consent).toMatchObject({ status: "approved", approved: { confirmed: false } });
  });

  it("shows a person exactly what would run", async () => {
    const seen: Proposal[] = [];
    await seekConsent(writes, request({ cwd: "/srv" }), { ...unsure, asker: personWho(true, seen) });
    expect(seen).toMatchObject([{ display: "df -h", cwd: "/srv", why: expect.stringContaining("changes something") }]);
  });

  it("takes yes and no for what they are", async () => {
    expect(await seekConsent(writes, request(), { ...unsure, asker: personWho(true) })).toMatchObject({
      status: "approved",
      approved: { confirmed: true },
    });
    expect(await seekConsent(writes, request(), { ...unsure, asker: personWho(false) })).toMatchObject({
      status: "declined",
    });
  });

  it("needs confirmation where nobody can be asked", async () => {
    expect(await seekConsent(writes, request(), unsure)).toMatchObject({ status: "needs_confirmation" });
  });

  it("takes --yes from a person, and from a program only with the scope to confirm", async () => {
    expect(await seekConsent(writes, request({ yes: true }), unsure)).toMatchObject({ status: "approved" });
    const program = (scopes: Array<"run" | "confirm">) =>
      request({ yes: true, caller: { kind: "program", scopes: new Set(scopes) } });
    expect(await seekConsent(writes, program(["run"]), unsure)).toMatchObject({ status: "needs_confirmation" });
    expect(await seekConsent(writes, program(["run", "confirm"]), unsure)).toMatchObject({ status: "approved" });
  });

  it("gives a token where nobody can be asked, and takes it back once from whoever may confirm", async () => {
    const good = new Set(["t1"]);
    const tokens: ConfirmTokens = { issue: () => "t1", redeem: (token) => (good.delete(token) ? "good" : "unknown") };
    const context = { ...unsure, tokens };
    expect(await seekConsent(writes, request(), context)).toMatchObject({ status: "needs_confirmation", token: "t1" });
    const program = (...scopes: Array<"run" | "confirm">) =>
      request({ confirmToken: "t1", caller: { kind: "program", scopes: new Set(scopes) } });
    expect(await seekConsent(writes, program("run"), context)).toMatchObject({
      status: "needs_confirmation",
      why: expect.stringContaining("no scope to confirm"),
    });
    expect(await seekConsent(writes, program("run", "confirm"), context)).toMatchObject({
      status: "approved",
      approved: { confirmed: true },
    });
    expect(await seekConsent(writes, program("run", "confirm"), context)).toMatchObject({
      status: "needs_confirmation",
      why: expect.stringContaining("used already"),
    });
  });

  it("freezes what was approved to the last word", async () => {
    const consent = await seekConsent(boundCommand(), request(), { ...unsure, kind: "exact" });
    if (consent.status !== "approved") throw new Error("expected consent");
    const { command } = consent.approved;
    expect(() => (command.argv as string[]).push("-x")).toThrow(TypeError);
    expect(() => {
      (command.permissions as { net: string }).net = "all";
    }).toThrow(TypeError);
  });
});
