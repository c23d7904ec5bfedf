import { Hono } from "hono";
import { beforeAll, describe, expect, it } from "vitest";
import { addToken } from "../src/index.ts";
import { start, type Started, TOKEN } from "./server.ts";

/**
 * What the attacks below do to a server without guards: it takes any body as JSON, from any page, under any name. Each
 * attack has to work here, or its failing against the real server would show nothing.
 */
const unguarded = new Hono().post("/teach", async (context) => context.json(JSON.parse(await context.req.text())));
const attack = (headers: Record<string, string>, body = '{"phrase":"ls","command":"evil"}'): RequestInit => ({
  method: "POST",
  headers,
  body,
});
const PAGE = "http://evil.example";

describe("web pages", () => {
  let at: Started;
  beforeAll(async () => {
    at = await start();
  });
  const attempts: Array<[string, Record<string, string>, number]> = [
    ["a form with the enctype text/plain", { "Content-Type": "text/plain", Origin: PAGE }, 403],
    ["a form whose origin is hidden", { "Content-Type": "text/plain", Origin: "null" }, 403],
    ["text/plain without an origin", { "Content-Type": "text/plain" }, 415],
    ["a form-encoded body", { "Content-Type": "application/x-www-form-urlencoded" }, 415],
    ["JSON with a foreign origin", { "Content-Type": "application/json", Origin: PAGE }, 403],
    [
      "a fetch that the browser marks as cross-site",
      { "Content-Type": "application/json", "Sec-Fetch-Site": "cross-site" },
      403,
    ],
    ["a type that only looks like JSON", { "Content-Type": "text/plain; application/json" }, 415],
  ];
  it.each(attempts)("%s teaches nothing", async (_, headers, status) => {
    expect((await unguarded.request("/teach", attack(headers))).status).toBe(200);
    const before = at.lever.list().length;
    const answered = await at.ask("/teach", '{"phrase":"ls","command":"evil"}', { headers });
    expect(answered.status).toBe(status);
    expect(at.lever.list()).toHaveLength(before);
  });

  it("a name that was rebound to this machine reaches nothing", async () => {
    const head = (host: string): string => `GET /commands HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    expect(await at.raw(head("127.0.0.1"))).toContain(" 200 ");
    expect(await at.raw(head("evil.example"))).toContain(" 421 ");
    expect(await at.raw(head("127.0.0.1.evil.example:80"))).toContain(" 421 ");
    expect(await at.raw(head("localhost@evil.example"))).toMatch(/ 4\d\d /);
  });
});

describe("tokens", () => {
  it("are needed everywhere but for the health check", async () => {
    const at = await start({}, TOKEN);
    const none = { Authorization: "" };
    expect((await at.ask("/healthz", undefined, { headers: none })).status).toBe(200);
    for (const path of ["/commands", "/status", "/stats", "/runs", "/metrics", "/openapi.json", "/nothing"]) {
      expect((await at.ask(path, undefined, { headers: none })).status, path).toBe(401);
    }
    const wrong = await at.ask("/run", { request: "uptime" }, { headers: { Authorization: `Bearer ${TOKEN}x` } });
    expect(wrong).toMatchObject({ status: 401, body: { code: "token_required" } });
    expect(wrong.headers.get("www-authenticate")).toContain("Bearer");
  });

  it("do what their scopes say and no more", async () => {
    const first = await start({}, TOKEN);
    const token = addToken(first.home, "phone", ["run"], new Date());
    // Tokens are read when a server starts.
    const { serve } = await import("../src/index.ts");
    const { pino } = await import("pino");
    const server = await serve(
      { lever: first.lever, version: "0", logger: pino({ level: "silent" }) },
      { host: "127.0.0.1", port: 0, rateLimit: 0, maxBodyBytes: 1024, maxConcurrent: 1 },
      null,
    );
    const send = async (path: string, body: unknown, bearer: string): Promise<number> =>
      (
        await fetch(`${server.url}${path}`, {
          method: "POST",
          headers: { "Content-Type": "application/json", Authorization: `Bearer ${bearer}` },
          body: JSON.stringify(body),
        })
      ).status;
    expect(await send("/run", { request: "uptime" }, token)).toBe(200);
    expect(await send("/teach", { phrase: "a b", command: "echo a" }, token)).toBe(403);
    expect(await send("/run", { request: "uptime" }, TOKEN)).toBe(401);
    await server.close();
  });
});

describe("what is no honest request", () => {
  let at: Started;
  beforeAll(async () => {
    at = await start({ maxBodyBytes: 4096 });
  });
  const post = (more: string, body = ""): string =>
    `POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${more}\r\n\r\n${body}`;

  it.each([
    ["a negative length", post("Content-Length: -1"), /^HTTP\/1.1 400 /],
    ["two lengths", post("Content-Length: 2\r\nContent-Length: 9", "{}"), /^HTTP\/1.1 400 /],
    ["a length and chunks", post("Content-Length: 2\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), /^HTTP\/1.1 400 /],
    ["a head without end", post(`X-Flood: ${"a".repeat(20_000)}`), /^HTTP\/1.1 431 /],
    [
      "ten thousand headers",
      post(Array.from({ length: 10_000 }, (_, n) => `X-${n}: a`).join("\r\n")),
      /^HTTP\/1.1 431 /,
    ],
    ["a path out of the tree", "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", /^HTTP\/1.1 404 /],
    [
      "an encoded path out of the tree",
      "GET /commands/..%2f..%2fetc HTTP/1.1\r\nHost: localhost\r\n\r\n",
      /^HTTP\/1.1 40[45] /,
    ],
    ["a NUL in the path", "GET /commands%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", /^HTTP\/1.1 404 /],
    ["no host", "GET /healthz HTTP/1.1\r\n\r\n", /^HTTP\/1.1 400 /],
    ["noise", "\x16\x03\x01\x02\x00\x01\x00", /^HTTP\/1.1 400 /],
  ])("%s is refused", async (_, bytes, answer) => {
    expect(await at.raw(bytes)).toMatch(answer);
  });

  it("JSON of any depth is read and refused", async () => {
    const deep = `{"request":${"[".repeat(1_900)}${"]".repeat(1_900)}}`;
    expect((await at.ask("/run", deep)).status).toBe(400);
    const big = await start({ maxBodyBytes: 2 ** 21 });
    const deeper = `{"request":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    expect((await big.ask("/run", deeper)).status).toBe(400);
    expect((await big.ask("/healthz")).status).toBe(200);
  });

  it("a body over the bound is not read", async () => {
    expect((await at.ask("/run", { request: "x".repeat(5_000) })).status).toBe(413);
    const chunked = `${post("Transfer-Encoding: chunked")}1388\r\n${"x".repeat(5_000)}\r\n0\r\n\r\n`;
    expect(await at.raw(chunked)).toMatch(/^HTTP\/1.1 413 /);
  });

  it("unknown keys, names and methods are said", async () => {
    expect((await at.ask("/run", { request: "a", shell: "sh" })).body.detail).toContain("shell");
    expect((await at.ask("/run", { request: "a", namespace: "../x" })).status).toBe(400);
    const wrongMethod = await at.ask("/run", undefined, { method: "GET" });
    expect(wrongMethod.status).toBe(405);
    expect(wrongMethod.headers.get("allow")).toBe("POST");
    expect((await at.ask("/run", { request: "a\u202Eb" })).body.code).toBe("request_invalid");
  });
});
