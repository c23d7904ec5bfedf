// What the HTTP API serves, beside what the machine can: runs of `true` by 8 clients against bare starts of the launcher with the
// same number at once, in turns in one run; then /match, and the health check while runs go on.
// Run after `npm run build`: node bench/http.mjs [seconds a turn, 5] [turns, 3]
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nativeFolder, root } from "../tools/build-steps.mjs";

const autocannon = createRequire(join(root, "packages/server/package.json"))("autocannon");
const seconds = Number(process.argv[2] ?? 5);
const turns = Number(process.argv[3] ?? 3);
const CLIENTS = 8;
const TOKEN = "bench-token-0123456789";
const home = mkdtempSync(join(tmpdir(), "lever-bench-"));
const bin = join(root, "packages/lever-runner/bin/lever.cjs");
const native = nativeFolder();
const env = { PATH: process.env.PATH, HOME: home, LEVER_HOME: join(home, "store"), LEVER_NATIVE: native };

await run([bin, "teach", "do nothing at all", "--command", "true", "--yes"]);
const server = spawn(process.execPath, [bin, "serve", "--port", "0", "--log-level", "warn"], {
  env: { ...env, HTTP_API_TOKEN: TOKEN, HTTP_RATE_LIMIT: "0", LEVER_MAX_CONCURRENT: String(CLIENTS) },
  stdio: ["ignore", "ignore", "pipe"],
});
const url = await new Promise((resolve) => {
  server.stderr.on("data", (chunk) => {
    const found = /http:\S+/.exec(String(chunk));
    if (found) resolve(found[0]);
  });
});

try {
  const ratios = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const bare = await countBareStarts();
    const served = await load("/run", { request: "do nothing at all" });
    const before = residentMegabytes();
    ratios.push(served.perSecond / bare);
    print(
      `runs/s ${served.perSecond.toFixed(0)}, bare starts/s ${bare.toFixed(0)}, ratio ${ratios.at(-1).toFixed(2)}; ` +
        `errors ${served.errors}, timeouts ${served.timeouts}, not 2xx ${served.non2xx}; RSS ${before} MB`,
    );
  }
  print(`ratio: median ${median(ratios).toFixed(2)}`);
  const matched = await load("/match", { request: "how full is the disk" });
  print(`match/s ${matched.perSecond.toFixed(0)}; p99 ${matched.p99} ms; errors ${matched.errors}`);
  const [, health] = await Promise.all([load("/run", { request: "do nothing at all" }), probeHealth()]);
  print(
    `healthz while ${CLIENTS} clients run: p50 ${health.p50.toFixed(1)} ms, p99 ${health.p99.toFixed(1)} ms of ${health.count}`,
  );
} finally {
  server.kill();
  rmSync(home, { recursive: true, force: true });
}

async function load(path, body) {
  const { errors, timeouts, non2xx, requests, duration, latency } = await autocannon({
    url: `${url}${path}`,
    method: "POST",
    connections: CLIENTS,
    duration: seconds,
    headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(body),
  });
  return { errors, timeouts, non2xx, perSecond: requests.total / duration, p99: latency.p99 };
}

/** Starts of the launcher with the smallest policy that confines, so many at once. */
async function countBareStarts() {
  const policy = join(home, "policy.json");
  const facts = {
    version: 1,
    argv: ["true"],
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    mode: "captured",
    scratch: { root: tmpdir() },
  };
  writeFileSync(policy, JSON.stringify({ ...facts, confine: "on" }));
  const until = performance.now() + seconds * 1000;
  let count = 0;
  const client = async () => {
    while (performance.now() < until) {
      const files = [openSync(policy, "r"), openSync("/dev/null", "w")];
      const child = spawn(join(native, "lever-sandbox"), [], { env: {}, stdio: ["ignore", "pipe", "pipe", ...files] });
      for (const stream of [child.stdout, child.stderr]) stream.resume();
      await new Promise((resolve) => child.once("close", resolve));
      for (const file of files) closeSync(file);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return count / seconds;
}

async function probeHealth() {
  const times = [];
  const until = performance.now() + seconds * 1000 - 200;
  while (performance.now() < until) {
    const began = performance.now();
    await (await fetch(`${url}/healthz`)).text();
    times.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  times.sort((a, b) => a - b);
  return { p50: median(times), p99: times[Math.floor(times.length * 0.99)], count: times.length };
}

function residentMegabytes() {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))[1]) / 1024);
}

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "inherit"] });
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`${args[1]} ended with ${code}`))));
  });
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
