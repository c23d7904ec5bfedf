import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { loadNative } from "./load.ts";

const folder = mkdtempSync(join(tmpdir(), "lever-load-"));
afterEach(() => {
  vi.unstubAllGlobals();
  rmSync(folder, { recursive: true, force: true });
});

function failureOn(platform: string, arch: string): { message: string; hint: string } {
  vi.stubGlobal("process", { ...process, platform, arch });
  try {
    loadNative({ override: undefined, from: join(folder, "app.js") });
  } catch (error) {
    return error as { message: string; hint: string };
  }
  throw new Error("it loaded");
}

it("tells what to do where nothing fits the machine", () => {
  expect(failureOn("win32", "x64")).toMatchObject({ hint: expect.stringContaining("WSL 2") });
  expect(failureOn("freebsd", "x64")).toMatchObject({ message: "lever-runner does not run on freebsd-x64" });
  expect(failureOn("linux", "ppc64")).toMatchObject({ hint: expect.stringContaining("x64 and arm64") });
  expect(failureOn("darwin", "arm64")).toMatchObject({
    message: "lever-runner has no build for darwin-arm64 here",
    hint: expect.stringContaining("@lever-runner/darwin-arm64"),
  });
});
