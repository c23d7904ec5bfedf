// Whether the HTTP API stays as it is under load: a minute of runs by autocannon with 8 clients, memory over 20,000 requests, a run
// that writes without end, and service beside a thousand connections that idle and two hundred that dribble.
// Run after `npm run build`: node bench/http/steadiness.mjs [seconds of runs, 60] [requests, 20000]
import { createRequire } from "node:module";
import { connect } from "node:net";
import { join } from "node:path";
import { root } from "../../tools/build-steps.mjs";
import { CLIENTS, NOTHING, print, startServer, TOKEN } from "./server.mjs";

const autocannon = createRequire(join(root, "packages/server/package.json"))("autocannon");
const seconds = Number(process.argv[2] ?? 60);
const requests = Number(process.argv[3] ?? 20_000);
const server = await startServer();

try {
  const headers = { "content-type": "application/json", authorization: `Bearer ${TOKEN}` };
  const run = { url: `${server.url}/run`, method: "POST", headers, body: JSON.stringify(NOTHING) };
  const minute = await autocannon({ ...run, connections: CLIENTS, duration: seconds, timeout: 20 });
  const unanswered = minute.requests.sent - minute.requests.total - CLIENTS;
  print(
    `${seconds} s: ${minute.requests.total} runs, ${(minute.requests.total / minute.duration).toFixed(0)} a second; hung ` +
      `${minute.timeouts}, dropped ${minute.errors}, not 2xx ${minute.non2xx}, unanswered ${Math.max(0, unanswered)}; ` +
      `p99 ${minute.latency.p99} ms`,
  );
  await memoryOver(requests);
  await memoryOfEndlessOutput();
  await serviceBesideIdlers();
} finally {
  server.close();
}

async function memoryOver(total) {
  const parts = 10;
  const seen = [];
  for (let part = 0; part < parts; part += 1) {
    // Half of them run a command, half only match.
    for (const path of ["/run", "/match"])
      await server.load({ path, body: NOTHING, clients: CLIENTS, requests: Math.round(total / parts / 2) });
    seen.push(server.memory());
  }
  print(`RSS over ${total} requests, a tenth each: ${seen.map((size) => size.toFixed(0)).join(" ")} MB`);
}

async function memoryOfEndlessOutput() {
  const before = server.memory();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, server.memory());
  }, 10);
  const body = { request: "say yes without end", timeout: 3 };
  const { outcome } = await post("/run", body);
  clearInterval(watch);
  print(
    `yes for 3 s: ${outcome.stdout.length} bytes kept, ${outcome.timed_out ? "timed out" : "ended"}; RSS at most + ${(most - before).toFixed(1)} MB`,
  );
}

async function serviceBesideIdlers() {
  const port = Number(new URL(server.url).port);
  const idle = Array.from({ length: 1_000 }, () => connect(port, "127.0.0.1"));
  const slow = Array.from({ length: 200 }, () => connect(port, "127.0.0.1"));
  for (const socket of [...idle, ...slow]) socket.on("error", () => {});
  await Promise.all([...idle, ...slow].map((socket) => new Promise((resolve) => socket.once("connect", resolve))));
  for (const socket of slow) socket.write("POST /run HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
  const drip = setInterval(() => {
    for (const socket of slow) socket.write("a");
  }, 100);
  const served = await server.load({ path: "/run", body: NOTHING, clients: CLIENTS, seconds: 5 });
  clearInterval(drip);
  for (const socket of [...idle, ...slow]) socket.destroy();
  print(
    `beside 1000 idle and 200 slow connections: ${served.perSecond.toFixed(0)} runs a second, p99 ${served.p99.toFixed(0)} ms, ` +
      `hung ${served.hung}, dropped ${served.dropped}, not 2xx ${served.not2xx}`,
  );
}

async function post(path, body) {
  const answer = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(body),
  });
  return answer.json();
}
