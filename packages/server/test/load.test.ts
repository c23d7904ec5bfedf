import { connect } from "node:net";
import { getPriority } from "node:os";
import { describe, expect, it } from "vitest";
import { start } from "./server.ts";

describe("load", () => {
  it("tells who finds the queue full, and drops nobody", async () => {
    const at = await start({ maxConcurrent: 1 });
    at.lever.teach({ phrase: "take a moment", command: "sleep 0.2" });
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => at.ask("/run", { request: "take a moment", dry_run: false })),
    );
    const statuses = answers.map(({ status }) => status);
    // One runs and sixteen wait at any time; who comes when one has ended finds room again.
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(17);
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
    expect(refused.every(({ headers, body }) => headers.get("retry-after") === "1" && body.code === "busy")).toBe(true);
  });

  it("has commands yield the processor to what answers", async () => {
    const at = await start();
    at.lever.teach({ phrase: "how nice am i", command: "nice" });
    const { body } = await at.ask("/run", { request: "how nice am i" });
    // A server that is nicer than 14 itself would meet the end of the scale.
    expect(Number(body.outcome.stdout)).toBe(getPriority() + 5);
  });

  it("limits an address", async () => {
    const at = await start({ rateLimit: 5 });
    const statuses = [];
    for (let n = 0; n < 8; n += 1) statuses.push((await at.ask("/healthz")).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    expect(Number((await at.ask("/healthz")).headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("answers while a thousand connections idle and two hundred dribble", async () => {
    const at = await start();
    const port = Number(new URL(at.url).port);
    const sockets = Array.from({ length: 1_200 }, (_, n) => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      if (n >= 1_000) socket.write("POST /run HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
      return socket;
    });
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once("connect", resolve))));
    const drip = setInterval(() => {
      for (const socket of sockets.slice(1_000)) socket.write("a");
    }, 50);
    try {
      for (let n = 0; n < 5; n += 1) {
        expect((await at.ask("/run", { request: "uptime" })).body.status).toBe("ran");
      }
    } finally {
      clearInterval(drip);
      for (const socket of sockets) socket.destroy();
    }
  });

  it("lets a command wait for a client that does not read, and no memory fill", async () => {
    const at = await start();
    at.lever.teach({ phrase: "say yes without end", command: "yes" });
    const body = JSON.stringify({ request: "say yes without end", timeout: 1.5 });
    const written = async (accept: string): Promise<number> => {
      const socket = connect(Number(new URL(at.url).port), "127.0.0.1").pause();
      socket.write(
        `POST /run HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${body.length}\r\n\r\n${body}`,
      );
      const runs = at.lever.stats().runs;
      await expect.poll(() => at.lever.stats().runs, { timeout: 10_000 }).toBe(runs + 1);
      socket.destroy();
      return at.lever.log(1)[0]?.stdout_bytes ?? 0;
    };
    const unheld = await written("application/json");
    const held = await written("text/event-stream");
    // What sockets hold by themselves is some megabytes.
    expect(held).toBeLessThan(24 * 2 ** 20);
    expect(unheld).toBeGreaterThan(4 * held);
  });

  it("ends a run whose client is gone", async () => {
    const at = await start();
    at.lever.teach({ phrase: "take a minute", command: "echo begun; sleep 60" });
    const gone = new AbortController();
    const asked = fetch(`${at.url}/run`, {
      method: "POST",
      headers: { Accept: "text/event-stream", "Content-Type": "application/json" },
      body: JSON.stringify({ request: "take a minute", timeout: 60 }),
      signal: gone.signal,
    });
    await (await asked).body?.getReader().read();
    gone.abort();
    await expect.poll(async () => (await at.ask("/status")).body.runs.running, { timeout: 5_000 }).toBe(0);
    expect(at.lever.log(1)[0]?.signal).not.toBeNull();
  });

  it("lets what runs end before it closes", async () => {
    const at = await start();
    at.lever.teach({ phrase: "take half a second", command: "sleep 0.5; echo done" });
    const asked = at.ask("/run", { request: "take half a second" });
    await expect.poll(async () => (await at.ask("/status")).body.runs.running).toBe(1);
    await at.server.close(5_000);
    expect((await asked).body.outcome).toMatchObject({ stdout: "done\n" });
    await expect(at.ask("/healthz")).rejects.toThrow("fetch failed");
  });
});
