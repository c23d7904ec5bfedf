// A client that costs little, since it shares the machine with the server that it measures: raw sockets kept alive, one request
// at a time on each, in a process of its own.
//   node bench/http/client.mjs JSON     {url, path, body?, token, clients, seconds} or {.., requests}
// Prints JSON: what came of it, and what it took of a processor itself.
import { connect } from "node:net";

const { url, path, body, token, clients = 1, seconds, requests = Infinity, pauseMs = 0 } = JSON.parse(process.argv[2]);
const { hostname, port } = new URL(url);
const text = body === undefined ? "" : JSON.stringify(body);
const request = Buffer.from(
  `${body === undefined ? "GET" : "POST"} ${path} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n` +
    (body === undefined
      ? "\r\n"
      : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`),
);
/** Longer than any answer should take. */
const HUNG_MS = 20_000;

const times = [];
const counts = { not2xx: 0, dropped: 0, hung: 0 };
let asked = 0;
const began = performance.now();
const until = seconds === undefined ? Infinity : began + seconds * 1000;
await Promise.all(Array.from({ length: clients }, converse));
const took = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage();
times.sort((a, b) => a - b);
process.stdout.write(
  `${JSON.stringify({
    ...counts,
    count: times.length,
    perSecond: times.length / took,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
    ownMicroseconds: Math.round((user + system) / Math.max(1, times.length)),
  })}\n`,
);
process.exit(0);

function at(share) {
  return times[Math.min(times.length - 1, Math.floor(times.length * share))];
}

/** One connection's requests, one after the other. */
function converse() {
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let [head, missing, sent, watch] = ["", -1, 0, undefined];
    const end = (what) => {
      clearTimeout(watch);
      if (what !== undefined) counts[what] += 1;
      socket
        .removeAllListeners()
        .on("error", () => {})
        .destroy();
      resolve();
    };
    const ask = () => {
      if (asked >= requests || performance.now() >= until) return end();
      asked += 1;
      [head, missing, sent] = ["", -1, performance.now()];
      watch = setTimeout(end, HUNG_MS, "hung");
      socket.write(request);
    };
    socket.setNoDelay(true).on("connect", ask);
    socket.on("error", () => end("dropped")).on("close", () => end("dropped"));
    socket.on("data", (chunk) => {
      if (missing < 0) {
        head += chunk.toString("latin1");
        const ends = head.indexOf("\r\n\r\n");
        if (ends < 0) return;
        if (!head.startsWith("HTTP/1.1 2")) counts.not2xx += 1;
        missing = Number(/content-length: *(\d+)/i.exec(head)[1]) - (head.length - ends - 4);
      } else missing -= chunk.length;
      if (missing > 0) return;
      clearTimeout(watch);
      times.push(performance.now() - sent);
      if (pauseMs === 0) ask();
      else setTimeout(ask, pauseMs);
    });
  });
}
