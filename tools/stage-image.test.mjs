// Run by: node --test tools/
//
// No engine runs where the tests do: this replays the image's last stage in a plain folder, as a normal user with the same
// environment, and asks the server that its command starts.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./build-steps.mjs";

const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
const isRoot = process.getuid() === 0;
const UID = 10_001;

test("what the image has serves, with a token and not without", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "lever-image-"));
  try {
    chmodSync(folder, 0o755);
    const out = join(folder, "opt");
    const staged = spawnSync(process.execPath, [join(root, "tools/stage-image.mjs"), out], { encoding: "utf8" });
    assert.equal(staged.status, 0, staged.stderr);
    assert.ok(!existsSync(join(out, "node_modules")));
    const home = join(folder, "var");
    mkdirSync(home, { mode: 0o700 });
    if (isRoot) chownSync(home, UID, UID);
    const [, settings] = /^ENV (LEVER_HOME=.*)$/m.exec(dockerfile);
    const env = Object.fromEntries(settings.split(" ").map((pair) => pair.split("=")));
    Object.assign(env, { PATH: process.env.PATH, HOME: home, LEVER_HOME: home, HTTP_PORT: "0", HTTP_BIND: "0.0.0.0" });
    const start = (more) =>
      spawn(process.execPath, [join(out, "packages/lever-runner/bin/lever.cjs"), "serve"], {
        cwd: home,
        env: { ...env, ...more },
        ...(isRoot ? { uid: UID, gid: UID } : {}),
      });
    assert.match(await said(start({}), /no token/), /no token/);
    const server = start({ HTTP_API_TOKEN: "0123456789abcdef" });
    try {
      const [, port] = /:(\d+) /.exec(await said(server, /listening/));
      assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
      const asked = await fetch(`http://127.0.0.1:${port}/run`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: "Bearer 0123456789abcdef" },
        body: JSON.stringify({ request: "check disk usage" }),
      });
      const record = await asked.json();
      assert.equal(record.status, "ran", JSON.stringify(record));
      assert.match(record.outcome.stdout, /Filesystem/);
    } finally {
      server.kill();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the composition is one that the client reads", (context) => {
  const client = spawnSync("docker", ["compose", "version"]);
  if (client.status !== 0) return context.skip("docker compose is not installed");
  const config = (env) =>
    spawnSync("docker", ["compose", "-f", join(root, "docker-compose.yml"), "--profile", "ollama", "config"], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    });
  assert.match(config({ HTTP_API_TOKEN: "0123456789abcdef" }).stdout, /read_only: true/);
  assert.match(config({}).stderr, /set HTTP_API_TOKEN/);
});

/** What a process says until it has said what is waited for, or ends. */
function said(child, pattern) {
  return new Promise((resolve) => {
    let text = "";
    const take = (chunk) => {
      text += chunk;
      if (pattern.test(text)) resolve(text);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("close", () => resolve(text));
  });
}
