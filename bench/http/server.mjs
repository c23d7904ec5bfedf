// A server to measure: `lever serve` over a store of its own, with a few commands taught, and what the benches ask of it.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nativeFolder, root } from "../../tools/build-steps.mjs";

export const CLIENTS = 8;
export const TOKEN = "bench-token-0123456789";
export const NOTHING = { request: "do nothing at all" };
const COMMANDS = { "do nothing at all": "true", "say yes without end": "yes" };

/** Starts it; `close` ends it and takes its store away. */
export async function startServer() {
  const home = mkdtempSync(join(tmpdir(), "lever-bench-"));
  const bin = join(root, "packages/lever-runner/bin/lever.cjs");
  const native = nativeFolder();
  const env = { PATH: process.env.PATH, HOME: home, LEVER_HOME: join(home, "store"), LEVER_NATIVE: native };
  for (const [phrase, command] of Object.entries(COMMANDS))
    await run([bin, "teach", phrase, "--command", command, "--yes"], env);
  const child = spawn(process.execPath, [bin, "serve", "--port", "0", "--log-level", "warn"], {
    env: { ...env, HTTP_API_TOKEN: TOKEN, HTTP_RATE_LIMIT: "0", LEVER_MAX_CONCURRENT: String(CLIENTS) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  process.once("exit", () => child.kill());
  const url = await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    child.stderr.on("data", (chunk) => {
      const found = /http:\S+/.exec(String(chunk));
      if (found) resolve(found[0]);
    });
  });
  return {
    url,
    home,
    native,
    /** Resident memory in MiB. */
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))[1]) / 1024,
    load: (options) => load({ url, token: TOKEN, ...options }),
    close: () => {
      child.kill();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Requests by the light client, in a process of its own. */
function load(options) {
  return new Promise((resolve, reject) => {
    const client = spawn(process.execPath, [join(import.meta.dirname, "client.mjs"), JSON.stringify(options)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    client.stdout.on("data", (chunk) => {
      text += chunk;
    });
    client.once("close", (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`the client ended with ${code}`)),
    );
  });
}

function run(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "inherit"] });
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`${args[1]} ended with ${code}`))));
  });
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

export function print(line) {
  process.stdout.write(`${line}\n`);
}
