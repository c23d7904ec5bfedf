import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const example = (name: string): string => fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lever-examples-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(
  name: string,
  args: string[],
  env: Record<string, string> = {},
): { output: () => string; kill: () => void; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [example(name), ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, LEVER_HOME: join(folder, "store"), ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { output: () => output, kill: () => child.kill(), ended };
}

it("embeds in an application", async () => {
  const app = start("hono-app.mjs", ["0"]);
  await expect.poll(app.output, { timeout: 20_000 }).toMatch(/listening on \d+/);
  const port = /listening on (\d+)/.exec(app.output())?.[1];
  const ask = async (body: object): Promise<{ status: number; body: Record<string, string> }> => {
    const response = await fetch(`http://127.0.0.1:${port}/ask`, { method: "POST", body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  expect((await ask({ request: "check disk usage" })).body["output"]).toContain("Filesystem");
  expect((await ask({ request: "qwzx plugh" })).status).toBe(422);
  app.kill();
  expect(await app.ended).toBe(0);
});

it("takes a model of one's own", async () => {
  const run = start("own-model.mjs", []);
  expect(await run.ended).toBe(0);
  expect(run.output()).toMatch(/^ran 3 df -h\nFilesystem/);
});

it("teaches from a file, and asks before what came from there runs", async () => {
  writeFileSync(join(folder, "CHANGELOG.md"), "# 1.0\n");
  const asked = start("teach-from-file.mjs", [example("commands.json"), "show the release notes"]);
  expect(await asked.ended).toBe(0);
  expect(asked.output()).toContain("created: tally the lines of {{file:path}}");
  expect(asked.output()).toContain("would run: head -n 40 CHANGELOG.md\nrefused");
  const agreed = start("teach-from-file.mjs", [example("commands.json"), "show the release notes"], { AGREE: "yes" });
  expect(await agreed.ended).toBe(0);
  expect(agreed.output()).toContain("ran # 1.0");
});
