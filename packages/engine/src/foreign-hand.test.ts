import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "./config.ts";
import type { Environment } from "./environment.ts";
import { foreignHand } from "./foreign-hand.ts";

let folder = "";
const file = (): string => join(folder, "config.toml");
const load = () => loadConfig({ variables: {}, configFile: file(), dataFolder: folder } as unknown as Environment);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lever-config-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("settings that others can write", () => {
  it.each([0o620, 0o602])("refuses a file that others can change (mode %o)", async (mode) => {
    writeFileSync(file(), 'sandbox = "off"\n');
    chmodSync(file(), mode);
    await expect(load()).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("can be changed by others") as string,
      hint: expect.stringContaining(`chmod go-w '${file()}'`) as string,
    });
    chmodSync(file(), 0o644);
    expect((await load()).config.sandbox, "positive control").toBe("off");
  });

  it.runIf(process.getuid?.() === 0)("refuses a file of another user", async () => {
    writeFileSync(file(), 'sandbox = "off"\n', { mode: 0o644 });
    chownSync(file(), 65_534, 65_534);
    await expect(load()).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("belongs to another user") as string,
      hint: expect.stringContaining("chown 0") as string,
    });
  });

  it("takes its user's file, or root's, for its own", () => {
    const mode = 0o100644;
    expect(foreignHand({ uid: 1000, gid: 100, mode }, 1000)).toBeNull();
    expect(foreignHand({ uid: 0, gid: 100, mode }, 1000)).toBeNull();
    expect(foreignHand({ uid: 1001, gid: 100, mode }, 1000)?.problem).toBe("belongs to another user");
    expect(foreignHand({ uid: 1000, gid: 100, mode }, 0)?.problem).toBe("belongs to another user");
  });

  it("lets a group of the user's own write, and no other", () => {
    const mode = 0o100664;
    expect(foreignHand({ uid: 1000, gid: 1000, mode }, 1000)).toBeNull();
    expect(foreignHand({ uid: 1000, gid: 100, mode }, 1000)?.problem).toBe("can be changed by others");
    expect(foreignHand({ uid: 0, gid: 0, mode }, 0)?.problem).toBe("can be changed by others");
  });
});
