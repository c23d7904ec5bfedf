// What the HTTP API serves, beside what the machine can: runs of `true` by 8 clients against bare starts of the launcher with the
// same number at once, in turns in one run; then /match, and the health check while runs go on.
// Run after `npm run build`: node bench/http/throughput.mjs [seconds a turn, 5] [turns, 3]
import { spawn } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLIENTS, median, NOTHING, print, startServer } from "./server.mjs";

const seconds = Number(process.argv[2] ?? 5);
const turns = Number(process.argv[3] ?? 3);
const server = await startServer();

try {
  await server.load({ path: "/run", body: NOTHING, clients: CLIENTS, seconds: 2 });
  const ratios = [];
  const healths = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const bare = await countBareStarts();
    const [served, health] = await Promise.all([
      server.load({ path: "/run", body: NOTHING, clients: CLIENTS, seconds }),
      server.load({ path: "/healthz", seconds, pauseMs: 10 }),
    ]);
    ratios.push(served.perSecond / bare);
    healths.push(health.p99);
    print(
      `runs/s ${served.perSecond.toFixed(0)}, bare starts/s ${bare.toFixed(0)}, ratio ${ratios.at(-1).toFixed(2)}; ` +
        `not 2xx ${served.not2xx}, dropped ${served.dropped}, hung ${served.hung}; p50 ${served.p50.toFixed(1)}, ` +
        `p99 ${served.p99.toFixed(1)} ms; RSS ${server.memory().toFixed(0)} MB; meanwhile healthz p50 ` +
        `${health.p50.toFixed(1)}, p99 ${health.p99.toFixed(1)} ms of ${health.count}; client ${served.ownMicroseconds} us a run`,
    );
  }
  print(`ratio: median ${median(ratios).toFixed(2)}; healthz p99: median ${median(healths).toFixed(1)} ms`);
  for (const request of [NOTHING.request, "how full is the disk"]) {
    const found = await server.load({ path: "/match", body: { request }, clients: CLIENTS, seconds });
    print(
      `match/s ${found.perSecond.toFixed(0)} for “${request}”; p99 ${found.p99.toFixed(1)} ms; not 2xx ${found.not2xx}; ` +
        `client ${found.ownMicroseconds} us a request`,
    );
  }
} finally {
  server.close();
}

/** Starts of the launcher with the smallest policy that confines, so many at once. */
async function countBareStarts() {
  const policy = join(server.home, "policy.json");
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
      const child = spawn(join(server.native, "lever-sandbox"), [], {
        env: {},
        stdio: ["ignore", "pipe", "pipe", ...files],
      });
      for (const stream of [child.stdout, child.stderr]) stream.resume();
      await new Promise((resolve) => child.once("close", resolve));
      for (const file of files) closeSync(file);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return count / seconds;
}
