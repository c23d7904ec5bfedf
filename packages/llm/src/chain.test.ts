import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BackendSettings, Models } from "@lever-runner/engine";
import { afterEach, describe, expect, it } from "vitest";
import {
  type Behaviour,
  deadUrl,
  type ModelServer,
  says,
  sendJson,
  settingsFor,
  startServer,
  toolCallBody,
  WIRE_NAMES,
} from "../test/model-server.ts";
import { openModels } from "./models.ts";

/** Ample for everything that comes to an end by itself. */
const TIMEOUT_MS = 20_000;
const SHORT_MS = 400;
const cleanups: Array<() => unknown> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function start(behave: Behaviour): Promise<ModelServer> {
  const server = await startServer(behave);
  cleanups.push(() => server.close());
  return server;
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "lever-llm-"));
  cleanups.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function open(chain: BackendSettings[], home = folder(), timeoutMs = TIMEOUT_MS): Models {
  return openModels({ chain, timeoutMs, stateFile: join(home, "models.json"), identity: [] });
}

type Wire = (typeof WIRE_NAMES)[number];
const status =
  (code: number, headers = {}): ((wire: Wire) => Behaviour) =>
  () =>
  (_, response) =>
    sendJson(response, { error: { message: "no: sk-secret" } }, code, headers);
const text =
  (answer: string): ((wire: Wire) => Behaviour) =>
  (wire) =>
    says(wire, answer);
/** Writes as fast as it is read, and counts. */
function flood(response: ServerResponse, bytes: number): void {
  flooded = 0;
  response.writeHead(200, { "content-type": "application/json" });
  const chunk = Buffer.alloc(64 * 1024, 0x20);
  const more = (): void => {
    while (flooded < bytes && !response.destroyed) {
      flooded += chunk.length;
      if (!response.write(chunk)) return void response.once("drain", more);
    }
    response.end();
  };
  more();
}
let flooded = 0;
/** Without the word that is said of a slow machine. */
const keepIn =
  (notices: string[]) =>
  (line: string): void => {
    if (!line.startsWith("waiting for ")) notices.push(line);
  };
const drip = (response: ServerResponse): void => {
  response.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => response.write(" "), 50);
  response.on("close", () => clearInterval(timer));
};

/** Each way to misbehave, with the code that it ends in. */
const MISBEHAVIOURS: Array<[name: string, behave: (wire: Wire) => Behaviour, code: string]> = [
  ["401", status(401), "unauthorized"],
  ["403", status(403), "unauthorized"],
  ["404, another model", status(404), "not_found"],
  ["429 with Retry-After", status(429, { "retry-after": "30" }), "rate_limited"],
  ["500", status(500), "server_error"],
  ["503", status(503), "overloaded"],
  ["529", status(529), "overloaded"],
  ["400", status(400), "refused_request"],
  ["slow first byte", () => () => {}, "timeout"],
  ["slow drip", () => (_, response) => drip(response), "timeout"],
  ["cut connection", () => (_, response) => void response.socket?.destroy(), "cut"],
  [
    "cut in the middle",
    () => (_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
      response.write('{"model": "ti');
      setTimeout(() => response.socket?.destroy(), 20);
    },
    "cut",
  ],
  [
    "HTML instead of JSON",
    () => (_, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<html><body>Log in to the airport's network</body></html>");
    },
    "not_json",
  ],
  ["a 50 MB answer", () => (_, response) => flood(response, 50_000_000), "too_large"],
  ["JSON of another form", () => (_, response) => sendJson(response, { hello: ["world"] }), "malformed"],
  ["null", () => (_, response) => sendJson(response, null), "malformed"],
  ["empty content", text(""), "empty"],
  ["a tool call", (wire) => (_, response) => sendJson(response, toolCallBody(wire)), "tool_call"],
  ["a refusal", text("I'm sorry, but I can't help with that."), "invalid_answer"],
  ["a command", text("; rm -rf /"), "invalid_answer"],
  ["5,000 words", text("word ".repeat(5000)), "invalid_answer"],
  ["another language", text("muestra el uso del disco"), "invalid_answer"],
  ["JSON in prose", text('Sure! {"phrase": "check disk usage"}'), "invalid_answer"],
];

describe.each(WIRE_NAMES)("a misbehaving %s server", (wire) => {
  it.each(MISBEHAVIOURS)("%s: the next backend answers, in time", async (_name, behave, code) => {
    const bad = await start(behave(wire));
    const good = await start(says("ollama", "check disk usage"));
    const first = settingsFor(wire, bad.url, { apiKey: "sk-secret" });
    const limit = code === "timeout" ? 4 * SHORT_MS : TIMEOUT_MS;
    const models = open([first, settingsFor("ollama", good.url, { model: "good" })], folder(), limit);
    const notices: string[] = [];
    const { phrase, calls = [] } = await models.rephrase("is it full", { notify: keepIn(notices) });
    expect(phrase).toBe("check disk usage");
    expect(calls.map(({ outcome }) => outcome)).toEqual([code, "ok"]);
    expect(notices).toEqual([]);
    expect(flooded).toBeLessThan(10_000_000);
    // A key goes to its own server only.
    expect(JSON.stringify(good.seen.map(({ headers }) => headers))).not.toContain("sk-secret");
  });
});

describe("a misbehaving server alone", () => {
  const wire = "openai";
  it.each(MISBEHAVIOURS)("%s: ends in no phrase and one clear line", async (_name, behave, code) => {
    const bad = await start(behave(wire));
    const notices: string[] = [];
    const limit = code === "timeout" ? SHORT_MS : TIMEOUT_MS;
    const models = open([settingsFor(wire, bad.url, { apiKey: "sk-secret" })], folder(), limit);
    const { phrase, calls = [] } = await models.rephrase("is it full", { notify: keepIn(notices) });
    expect(phrase).toBeNull();
    expect(calls).toMatchObject([{ outcome: code, backend: wire, model: "tiny" }]);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(new RegExp(`^no help from a model: ${wire} \\(tiny\\) [^\n]+$`));
    expect(notices[0]).not.toContain("sk-secret");
  });
});

describe("the chain", () => {
  it("tries again what may pass, with a pause, and not what will not", async () => {
    let count = 0;
    const flaky = await start((seen, response) => {
      count += 1;
      if (count < 3) status(500)("ollama")(seen, response);
      else says("ollama", "check disk usage")(seen, response);
    });
    await expect(
      open([settingsFor("ollama", flaky.url)], folder(), 5000).rephrase("is it full", {}),
    ).resolves.toMatchObject({
      phrase: "check disk usage",
      tokens: 58,
    });
    const refusing = await start(status(401)("ollama"));
    await open([settingsFor("ollama", refusing.url)]).rephrase("is it full", {});
    expect(refusing.seen).toHaveLength(1);
  });

  it("asks in plain text where a server takes no schema, and remembers that", async () => {
    for (const wire of WIRE_NAMES) {
      const server = await start((seen, response) => {
        const body = seen.body as Record<string, unknown>;
        const structured = ["format", "response_format", "output_config"].some((name) => name in body);
        if (structured) status(400)(wire)(seen, response);
        else says(wire, "check disk usage")(seen, response);
      });
      const home = folder();
      for (let time = 0; time < 2; time += 1) {
        const { phrase } = await open([settingsFor(wire, server.url)], home).rephrase("is it full", {});
        expect(phrase).toBe("check disk usage");
      }
      expect(server.seen).toHaveLength(3);
    }
  });

  it("waits no longer than it may though three servers are silent", async () => {
    const silent = await start(() => {});
    const chain = WIRE_NAMES.map((wire) => settingsFor(wire, silent.url));
    const began = performance.now();
    const { calls } = await open(chain, folder(), 3 * SHORT_MS).rephrase("is it full", {});
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(2.5 * SHORT_MS);
    expect(took).toBeLessThan(10 * SHORT_MS);
    expect(calls?.map(({ outcome }) => outcome)).toEqual(["timeout", "timeout", "timeout"]);
  });

  it("stops at once where the person interrupts, and blames nobody", async () => {
    const silent = await start(() => {});
    const home = folder();
    const models = open([settingsFor("openai", silent.url)], home, 30_000);
    const interruption = new AbortController();
    setTimeout(() => interruption.abort(), 50);
    const began = performance.now();
    const notices: string[] = [];
    const { phrase, calls = [] } = await models.rephrase("is it full", {
      signal: interruption.signal,
      notify: keepIn(notices),
    });
    expect(performance.now() - began).toBeLessThan(2000);
    expect({ phrase, outcomes: calls?.map(({ outcome }) => outcome), notices }).toEqual({
      phrase: null,
      outcomes: ["aborted"],
      notices: [],
    });
    expect(() => readFileSync(join(home, "models.json"))).toThrow("ENOENT");
  });

  it("asks few at once, and the rest in turn", async () => {
    let now = 0;
    let most = 0;
    const server = await start((seen, response) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        says("ollama", "check disk usage")(seen, response);
      }, 30);
    });
    const models = open([settingsFor("ollama", server.url)], folder(), 20_000);
    const all = await Promise.all(Array.from({ length: 20 }, () => models.rephrase("is it full", {})));
    expect(all.every(({ phrase }) => phrase === "check disk usage")).toBe(true);
    expect(most).toBe(4);
  });

  it("lets nobody wait longer for a turn than for an answer", async () => {
    const silent = await start(() => {});
    const models = open([settingsFor("ollama", silent.url)], folder(), 300);
    const began = performance.now();
    await Promise.all(Array.from({ length: 30 }, () => models.rephrase("is it full", {})));
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it("sends nothing where nothing could be said", async () => {
    const server = await start(says("ollama", "x"));
    const models = open([settingsFor("ollama", server.url)]);
    for (const request of ["/etc/passwd", "файлы", `list ${"/x ".repeat(60)}`]) {
      await expect(models.rephrase(request, {})).resolves.toEqual({ phrase: null, tokens: 0, calls: [] });
    }
    expect(server.seen).toEqual([]);
  });
});

describe("the circuit", () => {
  it("leaves a dead backend alone, in another process too", async () => {
    const home = folder();
    const dead = settingsFor("ollama", await deadUrl());
    const notices: string[] = [];
    const ask = () => open([dead], home).rephrase("is it full", { notify: keepIn(notices) });
    expect((await ask()).calls).toMatchObject([{ outcome: "unreachable" }]);
    const began = performance.now();
    const second = await ask();
    const took = performance.now() - began;
    expect(second.calls).toMatchObject([{ outcome: "resting", sent: "", tokens_in: 0 }]);
    expect(notices).toEqual([expect.stringMatching(/refuses the connection; left alone for 30 s$/)]);
    // Without the circuit it is three tries with pauses of at least 75 and 150 ms.
    expect(took).toBeLessThan(75);
  });

  it("asks again after a while, and forgets the failure with the first answer", async () => {
    const home = folder();
    const server = await start(says("ollama", "check disk usage"));
    const settings = settingsFor("ollama", server.url);
    const file = join(home, "models.json");
    await open([settings], home).rephrase("is it full", {});
    expect(() => readFileSync(file)).toThrow("ENOENT");
    const failing = await start(status(500)("ollama"));
    await open([settingsFor("ollama", failing.url)], home).rephrase("is it full", {});
    const stored = JSON.parse(readFileSync(file, "utf8")) as Record<string, { until: number }>;
    for (const entry of Object.values(stored)) entry.until = Date.now() - 1;
    writeFileSync(file, JSON.stringify(stored));
    const again = await open([settingsFor("ollama", failing.url)], home).rephrase("is it full", {});
    expect(again.calls).toMatchObject([{ outcome: "server_error" }]);
    // Twice as long the second time.
    const [entry] = Object.values(JSON.parse(readFileSync(file, "utf8")) as Record<string, { until: number }>);
    expect(entry?.until).toBeGreaterThan(Date.now() + 50_000);
  });

  it("asks a backend whose key, model or URL was changed", async () => {
    const home = folder();
    const refusing = await start(status(401)("openai"));
    const ask = (change: Partial<BackendSettings>) =>
      open([settingsFor("openai", refusing.url, change)], home).rephrase("is it full", {});
    await ask({ apiKey: "one" });
    expect((await ask({ apiKey: "one" })).calls).toMatchObject([{ outcome: "resting" }]);
    expect((await ask({ apiKey: "two" })).calls).toMatchObject([{ outcome: "unauthorized" }]);
    expect(readFileSync(join(home, "models.json"), "utf8")).not.toMatch(/one|two/);
  });

  it.each(["", "{", "null", '{"a":{"until":"x"}}', '{"a":null}', "[1]"])(
    "is not troubled by a file of %j",
    async (content) => {
      const home = folder();
      writeFileSync(join(home, "models.json"), content);
      const dead = settingsFor("ollama", await deadUrl());
      await expect(open([dead], home).rephrase("is it full", {})).resolves.toMatchObject({ phrase: null });
      expect((await open([dead], home).rephrase("is it full", {})).calls).toMatchObject([{ outcome: "resting" }]);
    },
  );

  it.each(["http://127.0.0.1:9", "http://host.invalid", "https://127.0.0.1:61998"])(
    "leaves %s alone too",
    async (url) => {
      const models = open([settingsFor("openai", url)], folder(), 1500);
      expect((await models.rephrase("is it full", {})).calls?.[0]?.outcome).toMatch(/unreachable|timeout/);
      expect((await models.rephrase("is it full", {})).calls).toMatchObject([{ outcome: "resting" }]);
    },
  );

  it("remembers within the process where the disk takes nothing", async () => {
    const dead = settingsFor("ollama", await deadUrl());
    const models = open([dead], "/nowhere/at/all");
    await models.rephrase("is it full", {});
    expect((await models.rephrase("is it full", {})).calls).toMatchObject([{ outcome: "resting" }]);
  });
});
