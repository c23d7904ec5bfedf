import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { environment } from "../test/examples.ts";
import { loadConfig } from "./config.ts";

let folder = "";
const file = (): string => join(folder, "config.toml");
const load = (variables: Record<string, string> = {}, flags = {}) =>
  loadConfig(environment({ variables, configFile: file() }), flags);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lever-config-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("loadConfig", () => {
  it("has a default for every setting", async () => {
    const { config, sources } = await load();
    expect(config).toMatchObject({
      namespace: "default",
      seed: "on",
      bank: "on",
      sandbox: "on",
      trust_floor: 40,
      command_timeout_sec: null,
    });
    expect(new Set(Object.values(sources))).toEqual(new Set(["default"]));
    expect(Object.isFrozen(config)).toBe(true);
  });

  it("lets flags win over the environment, that over the file, that over the defaults", async () => {
    writeFileSync(file(), 'namespace = "from-file"\nseed = "off"\ncommand_timeout_sec = 5\n');
    const { config, sources } = await load(
      { LEVER_NAMESPACE: "from-env", COMMAND_TIMEOUT_SEC: "7" },
      { namespace: "from-flag" },
    );
    expect(config).toMatchObject({ namespace: "from-flag", seed: "off", command_timeout_sec: 7 });
    expect(sources).toMatchObject({
      namespace: "flag",
      seed: "config.toml",
      command_timeout_sec: "environment",
      embedder: "default",
    });
  });

  it("reports every problem at once, each with the place it came from", async () => {
    writeFileSync(file(), 'colour = "red"\ntrust_floor = 400\n');
    const problem = load({ LEVER_SEED: "maybe", COMMAND_TIMEOUT_SEC: "soon" }, { namespace: "no spaces" });
    await expect(problem).rejects.toMatchObject({ code: "config_invalid" });
    const { message } = (await problem.catch((error: unknown) => error)) as Error;
    for (const part of [
      "colour is not a setting",
      "trust_floor",
      "LEVER_SEED (environment)",
      "COMMAND_TIMEOUT_SEC (environment)",
      "--namespace",
    ]) {
      expect(message).toContain(part);
    }
  });

  it("says where a file is not TOML", async () => {
    writeFileSync(file(), "namespace = \n");
    await expect(load()).rejects.toMatchObject({ code: "config_invalid", message: expect.stringContaining(file()) });
  });
});
