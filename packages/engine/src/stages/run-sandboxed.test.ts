import { describe, expect, it } from "vitest";
import { boundCommand, config, environment, launcherAt, NO_TOKENS, request } from "../../test/examples.ts";
import { runSandboxed } from "./run-sandboxed.ts";
import { type ApprovedCommand, isApproved, seekConsent } from "./seek-consent.ts";

const context = { launcher: launcherAt("/bin/false"), config: config(), environment: environment() };

describe("runSandboxed", () => {
  it("refuses whatever the consent stage did not make", async () => {
    const forged = { command: boundCommand(), confirmed: true } as unknown as ApprovedCommand;
    await expect(runSandboxed(forged, request(), context)).rejects.toMatchObject({ code: "not_approved" });
  });

  it("refuses a copy of an approved command, and one changed on the way", async () => {
    const consent = await seekConsent(boundCommand(), request(), {
      kind: "exact",
      chosen: false,
      trustFloor: 40,
      asker: undefined,
      tokens: NO_TOKENS,
      moved: null,
    });
    if (consent.status !== "approved") throw new Error("expected consent");
    expect(isApproved(consent.approved)).toBe(true);
    const copy = { ...consent.approved, command: boundCommand({ argv: ["rm", "-rf", "/"] }) };
    await expect(runSandboxed(copy, request(), context)).rejects.toMatchObject({ code: "not_approved" });
    expect(() => {
      (consent.approved.command as { argv: string[] }).argv = ["rm"];
    }).toThrow(TypeError);
  });

  it("refuses what only looks like an approved command: a proxy, an heir, the bare command", async () => {
    const consent = await seekConsent(boundCommand(), request(), {
      kind: "exact",
      chosen: false,
      trustFloor: 40,
      asker: undefined,
      tokens: NO_TOKENS,
      moved: null,
    });
    if (consent.status !== "approved") throw new Error("expected consent");
    const { approved } = consent;
    const lookAlikes = [
      new Proxy(approved, {}),
      Object.create(approved),
      boundCommand(),
      structuredClone(approved),
      null,
    ];
    for (const value of lookAlikes) {
      await expect(runSandboxed(value as never, request(), context)).rejects.toMatchObject({ code: "not_approved" });
    }
  });

  it("says plainly that a broken launcher is broken", async () => {
    const consent = await seekConsent(boundCommand(), request(), {
      kind: "exact",
      chosen: false,
      trustFloor: 40,
      asker: undefined,
      tokens: NO_TOKENS,
      moved: null,
    });
    if (consent.status !== "approved") throw new Error("expected consent");
    await expect(runSandboxed(consent.approved, request(), context)).rejects.toMatchObject({ code: "sandbox_failed" });
    await expect(
      runSandboxed(consent.approved, request(), {
        ...context,
        launcher: launcherAt("/nowhere/lever-sandbox"),
      }),
    ).rejects.toMatchObject({ code: "sandbox_failed" });
  });
});
