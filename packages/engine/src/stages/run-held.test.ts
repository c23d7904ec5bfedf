import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { boundCommand, config, environment, launcherAt, NO_TOKENS, request } from "../../test/examples.ts";
import type { Asker } from "../request.ts";
import { KERNEL_LACKS, runHeld } from "./run-held.ts";
import { type ApprovedCommand, seekConsent } from "./seek-consent.ts";

const folder = mkdtempSync(join(tmpdir(), "lever-test-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A launcher on a kernel that lacks something: runs nothing unless that is accepted. */
const executable = join(folder, "lever-sandbox");
const report = (error: string): string =>
  `{"status":"ran","exit_code":0,"signal":null,"timed_out":false,"interrupted":false,"duration_us":1,"sandbox":{"confined":true,"landlock_abi":null,"seccomp":true,"no_new_privs":true,"weaker":["no_landlock"]},"error":${error}}`;
writeFileSync(
  executable,
  `#!/bin/sh
if /bin/grep -q '"accept_weaker":true' <&3; then echo '${report("null")}' >&4
else echo '${report(`{"code":"${KERNEL_LACKS}","message":"this kernel cannot","hint":null}`)}' >&4; fi
`,
  { mode: 0o755 },
);
const context = {
  launcher: launcherAt(executable),
  config: config(),
  environment: environment(),
};

async function approved(): Promise<ApprovedCommand> {
  const consent = await seekConsent(boundCommand(), request(), {
    kind: "exact",
    chosen: false,
    trustFloor: 40,
    asker: undefined,
    tokens: NO_TOKENS,
    moved: null,
  });
  if (consent.status !== "approved") throw new Error("expected consent");
  return consent.approved;
}
const asker = (answer: boolean): Asker => ({
  confirm: ({ why }) => Promise.resolve(answer && why === "this kernel cannot"),
  choose: () => Promise.resolve(null),
  fill: () => Promise.resolve(null),
});
const program = { kind: "program", scopes: new Set(["run", "confirm"] as const) } as const;

describe("runHeld", () => {
  it.each([
    ["a person says yes", request(), asker(true), null],
    ["a person said yes in advance", request({ yes: true }), undefined, null],
    ["a person says no", request(), asker(false), KERNEL_LACKS],
    ["nobody is there to ask", request(), undefined, KERNEL_LACKS],
    ["a program asks, whatever its scopes", request({ caller: program, yes: true }), asker(true), KERNEL_LACKS],
  ])("on a kernel that lacks a restriction, where %s", async (_, asked, person, code) => {
    const outcome = await runHeld(await approved(), asked, context, person);
    expect(outcome.error?.code ?? null).toBe(code);
  });
});
