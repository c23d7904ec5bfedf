import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { launcherAt } from "../../test/examples.ts";
import { startLauncher } from "./launcher.ts";

const folder = mkdtempSync(join(tmpdir(), "lever-test-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const inert = join(folder, "inert");
writeFileSync(inert, "");
let made = 0;

/** A shell script in the launcher's place: the policy on 3, the report to 4. */
function launcher(script: string): ReturnType<typeof launcherAt> {
  made += 1;
  const file = join(folder, `launcher-${made}`);
  writeFileSync(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`, { mode: 0o755 });
  return launcherAt(file);
}

describe("a captured run", () => {
  it("brings the report and both outputs", async () => {
    const place = launcher("cat <&3; echo problem >&2; printf 'caf\\303\\251 \\377'; echo '{}' >&4");
    const { report, stdout, stderr } = await startLauncher(place, "captured", "POLICY ").ended;
    expect(report).toBe("{}\n");
    expect(stdout).toEqual({
      text: "POLICY \ncafé \uFFFD",
      tail: "POLICY \ncafé \uFFFD",
      bytes: 15,
      truncated: false,
    });
    expect(stderr?.text).toBe("problem\n");
  });

  it("tells of all output before the end, and of no more than is taken", async () => {
    const place = launcher("head -c 3000000 /dev/zero; echo '{}' >&4");
    let [told, open, most] = [0, 0, 0];
    const { ended } = startLauncher(place, "captured", "", async (_, chunk) => {
      told += chunk.length;
      open += chunk.length;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= chunk.length;
    });
    expect((await ended).stdout?.bytes).toBe(3_000_000);
    expect(told).toBe(3_000_000);
    // What a pipe holds may come beside it, once the report is there.
    expect(most).toBeLessThanOrEqual(512 * 1024);
  });

  it("is broken off where its reader breaks", async () => {
    const place = launcher("trap 'exit 0' INT; while :; do echo more; sleep 0.01; done");
    const broken = new Error("the reader broke");
    const { ended } = startLauncher(place, "captured", "", () => {
      throw broken;
    });
    await expect(ended).rejects.toBe(broken);
  });

  it.each([
    ["is missing", launcherAt("/nowhere/lever-sandbox"), /cannot be started: No such file/],
    ["is no program", launcherAt(inert), /cannot be started: Permission denied/],
  ])("says so where the launcher %s", async (_, place, message) => {
    await expect(startLauncher(place, "captured", "").ended).rejects.toMatchObject({
      code: "sandbox_failed",
      message: expect.stringMatching(message),
      hint: "`lever doctor` checks the installation",
    });
  });

  it("ends where the launcher is killed", async () => {
    const { report, stdout } = await startLauncher(launcher("echo some; kill -9 $$"), "captured", "").ended;
    expect([report, stdout?.text]).toEqual(["", "some\n"]);
  });
});
