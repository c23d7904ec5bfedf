import { describe, expect, it } from "vitest";
import { boundCommand, READS, request } from "../../test/examples.ts";
import type { Asker, Proposal } from "../request.ts";
import { seekConsent } from "./seek-consent.ts";

const writes = boundCommand({ effects: { ...READS, writes: true } });
const unsure = { kind: "sure", chosen: false, trustFloor: 40, asker: undefined } as const;
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
});
