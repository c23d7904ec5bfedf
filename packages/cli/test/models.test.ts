import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  answerBody,
  type Behaviour,
  deadUrl,
  type ModelServer,
  says,
  sendJson,
  startServer,
  WIRE_NAMES,
} from "../../llm/test/model-server.ts";
import { makeFolder, Person } from "./lever.ts";
import { atTerminal } from "./terminal-session.ts";

const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;
const REQUEST = "zorble my billing-prod blocks on the gizmo at /srv/x";
const servers: ModelServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function start(behave: Behaviour): Promise<ModelServer> {
  const server = await startServer(behave);
  servers.push(server);
  return server;
}

type Wire = (typeof WIRE_NAMES)[number];
const settings = (wire: Wire, url: string): Record<string, string> => ({
  LLM_BACKEND: wire,
  LLM_MODEL: "tiny",
  LLM_API_KEY: "sk-sesame",
  [`LLM_${wire.toUpperCase()}_BASE_URL`]: wire === "openai" ? `${url}/v1` : url,
});
/** A person whose only commands are what the test teaches, and whose model says one thing. */
async function personWith(answer: string, change: Record<string, string> = {}): Promise<[Person, ModelServer]> {
  const server = await start(says("ollama", answer));
  return [new Person({ LEVER_SEED: "off", ...settings("ollama", server.url), ...change }), server];
}

describe("gate 3", () => {
  it.each(WIRE_NAMES)("finds by %s's words what nobody could find before, and shows all that it sent", async (wire) => {
    const server = await start(says(wire, "check disk usage"));
    const person = new Person(settings(wire, server.url));
    const { code, stdout, stderr } = await person.lever([REQUEST, "--explain"]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("Filesystem");
    expect(stderr).toContain('a model reads it as "check disk usage"');
    const body = server.seen[0]?.body as { system?: string; messages: Array<{ content: string }> };
    const sent = [body.system, ...body.messages.map(({ content }) => content)].filter((text) => text !== undefined);
    expect(sent).toHaveLength(2);
    for (const text of sent) expect(stderr).toContain(text);
    expect(stderr).toContain("51 + 7 tokens");
  });

  it("sends nothing of the machine, the person or the values", async () => {
    const [person, server] = await personWith("check disk usage", { SPY: "spysecret" });
    await person.teach("check disk usage", "df -h");
    const record = await person.ask(`${REQUEST} as ${userInfo().username} on ${hostname()} of ${person.home}`);
    expect(record).toMatchObject({ status: "ran", tokens: 58, match: { gate: 3, kind: "sure" } });
    expect(server.seen).toHaveLength(1);
    const { text, headers } = server.seen[0] ?? { text: "", headers: {} };
    const body = JSON.parse(text) as { messages: Array<{ content: string }> };
    expect(body.messages[1]?.content).toBe("<1> my <2> blocks on the <3> at <4> as <5> on <6> of <7>");
    for (const secret of ["billing", "gizmo", "/srv", "spysecret", person.home, process.version])
      expect(text + JSON.stringify(headers)).not.toContain(secret);
  });

  it("puts back what a mark stands for, byte for byte", async () => {
    const [person] = await personWith("show logs for <2>");
    await person.teach("show logs for {{container}}", "echo logs of {{container}}");
    const record = await person.ask("zorble the billing-prod thing");
    expect(record).toMatchObject({ status: "ran", outcome: { stdout: "logs of billing-prod\n" } });
  });

  it("asks for a value that the model made up", async () => {
    const [person] = await personWith("repeat 7 times");
    await person.teach("repeat {{n:int}} times", "echo {{n}}");
    expect(await person.ask("zorble it a few times over")).toMatchObject({
      status: "needs_parameters",
      missing_parameters: [{ name: "n" }],
    });
  });

  it("runs nothing that destroys without a yes", async () => {
    const [person] = await personWith("delete everything here");
    const file = join(person.home, "precious");
    writeFileSync(file, "x");
    await person.teach("delete everything here", "rm -f precious");
    expect(await person.ask("make this tidy")).toMatchObject({
      status: "needs_confirmation",
      match: { gate: 3, kind: "sure" },
    });
    expect(existsSync(file)).toBe(true);
    // The same with a yes: it was the missing yes that held it back.
    expect(await person.ask("make this tidy", "--yes")).toMatchObject({ status: "ran" });
    expect(existsSync(file)).toBe(false);
  });

  it("says once that a dead backend is dead, and leaves it alone in the next process", async () => {
    for (const wire of WIRE_NAMES) {
      const person = new Person({ LEVER_SEED: "off", ...settings(wire, await deadUrl()) });
      const first = await person.lever([REQUEST]);
      expect(first.code).toBe(127);
      expect(first.stderr).toMatch(
        /^(lever: waiting.*\n)?lever: no help from a model: \w+ \(tiny\) refuses the connection; left alone for 30 s\n/,
      );
      const second = await person.lever([REQUEST, "--explain"]);
      expect(second.stderr).not.toContain("no help");
      expect(second.stderr).toContain("not asked");
      expect(first.stderr + second.stderr).not.toContain("sesame");
    }
  });

  it("ends at once on Ctrl-C, and holds nothing against the backend", async () => {
    const silent = await start(() => {});
    const person = new Person({ LEVER_SEED: "off", ...settings("openai", silent.url), LLM_TIMEOUT_SEC: "60" });
    const began = Date.now();
    const { code, stderr } = await person.lever([REQUEST], {
      during: async (pid) => {
        while (silent.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
        process.kill(pid, "SIGINT");
      },
    });
    expect(code, stderr).toBe(130);
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(existsSync(join(person.store, "models.json"))).toBe(false);
  });

  it("works with a store that takes no state and no account", async () => {
    const [person, server] = await personWith("check disk usage");
    await person.teach("check disk usage", "echo fine");
    writeFileSync(join(person.store, "models.json"), "{");
    expect(await person.ask(REQUEST)).toMatchObject({ status: "ran", outcome: { stdout: "fine\n" } });
    expect(server.seen).toHaveLength(1);
  });
});

describe("what is loaded", () => {
  /** Files of lever that a run loaded. */
  async function loadedBy(person: Person, ...args: string[]): Promise<string> {
    const folder = makeFolder();
    const hook = join(folder, "hook.cjs");
    const list = join(folder, "loaded");
    // A part of the program is read when it is loaded.
    writeFileSync(
      hook,
      `const fs = require("node:fs");
      const files = [];
      const read = fs.readFileSync;
      fs.readFileSync = (file, ...options) => (files.push(String(file)), read(file, ...options));
      process.on("exit", () => fs.writeFileSync(${JSON.stringify(list)}, files.join("\\n")));`,
    );
    await person.lever(args, { env: { NODE_OPTIONS: `--require=${hook}` } });
    return readFileSync(list, "utf8");
  }
  const MODELS = /dist\/(models|wire-\w+)\.cjs/;

  it("is nothing of models where none is set, even for a request that nobody finds", async () => {
    const loaded = await loadedBy(new Person(), REQUEST);
    expect(loaded).toContain("dist/lever.cjs");
    expect(loaded).not.toMatch(MODELS);
  });

  it("is nothing of models for a request that gates 1 and 2 decide", async () => {
    expect(await loadedBy(new Person(settings("openai", await deadUrl())), "check disk usage")).not.toMatch(MODELS);
  });

  it("is one client where it is asked, and none where it is left alone", async () => {
    const person = new Person({ LEVER_SEED: "off", ...settings("openai", await deadUrl()) });
    const first = await loadedBy(person, REQUEST);
    expect(first).toContain("wire-openai.cjs");
    expect(first).not.toMatch(/wire-(ollama|anthropic)/);
    expect(await loadedBy(person, REQUEST)).not.toContain("wire-");
  });
});

describe("settings of models", () => {
  it("shows whether a key is set and never the key", async () => {
    const { stdout } = await new Person({ LLM_API_KEY: "sk-sesame" }).lever(["config"]);
    expect(stdout).toContain('llm_api_key = "(set)"');
    expect(stdout).not.toContain("sesame");
  });

  it.each([
    [{ LLM_BACKEND: "openai" }, "openai needs a model: set LLM_MODEL"],
    [{ LLM_BACKEND: "ollama", LLM_MODEL: "a", LLM_FALLBACKS: "openai" }, "openai needs a model: set LLM_OPENAI_MODEL"],
    [{ LLM_BACKEND: "gpt" }, "LLM_BACKEND (environment)"],
    [{ LLM_FALLBACKS: "ollama;openai" }, "must be names of backends"],
    [{ LLM_OPENAI_BASE_URL: "file:///etc/passwd" }, "must be an http or https URL"],
    [{ LLM_OPENAI_BASE_URL: "https://sk-sesame@example.com" }, "a key has its own setting"],
    [{ LLM_TIMEOUT_SEC: "soon", LLM_API_KEY: "sk-sesame" }, "LLM_TIMEOUT_SEC"],
    [{ LLM_API_KEY: "sk-sesame\u0007" }, "LLM_API_KEY (environment): must be printable ASCII"],
  ])("refuses %j", async (env, message) => {
    const { code, stderr } = await new Person(env as Record<string, string>).lever(["check disk usage"]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("sesame");
  });
});

describe("doctor and stats", () => {
  it("checks every backend of the chain for real, a line each", async () => {
    const good = await start(says("ollama", "check disk usage"));
    const bad = await start((seen, response) => {
      if (seen.path.endsWith("/models")) sendJson(response, { object: "list", data: [{ id: "other" }] });
      else sendJson(response, {}, 404);
    });
    const person = new Person({
      ...settings("ollama", good.url),
      LLM_FALLBACKS: "openai, anthropic, passthrough",
      LLM_OPENAI_MODEL: "missing",
      LLM_OPENAI_BASE_URL: `${bad.url}/v1`,
      LLM_ANTHROPIC_MODEL: "far",
      LLM_ANTHROPIC_BASE_URL: await deadUrl(),
    });
    const { stdout, code } = await person.lever(["doctor"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ok {3}ollama +tiny answers in \d+ ms: "how full is my disk" becomes "check disk usage"/);
    expect(stdout).toMatch(
      /warn openai +missing has no such model or path.*\n +set LLM_OPENAI_MODEL; the server has other/,
    );
    expect(stdout).toMatch(/warn anthropic +far refuses the connection.*\n +is a server running at/);
    // Its own key went to the first backend only.
    expect(JSON.stringify(bad.seen)).not.toContain("sesame");
    expect(JSON.stringify(good.seen)).toContain("sesame");
  });

  it("accounts for tokens by gate, in all, and against 2,000 a request", async () => {
    const [person] = await personWith("check disk usage");
    writeFileSync(join(person.store, "config.toml"), "[llm_prices]\ntiny = { in = 2, out = 10 }\n");
    await person.teach("check disk usage", "echo fine");
    await person.ask("check disk usage");
    await person.ask(REQUEST);
    const stats = JSON.parse((await person.lever(["stats", "--json"])).stdout) as Record<string, unknown>;
    expect(stats["tokens"]).toEqual({
      by_gate: { 1: 0, 2: 0, 3: 58 },
      total: 58,
      saved: 2 * 2000 - 58,
      cost: (51 * 2 + 7 * 10) / 1e6,
    });
    expect(stats).toMatchObject({ model_requests: 1, models: [{ backend: "ollama", purpose: "match", calls: 1 }] });
    expect((await person.lever(["stats"])).stdout).toContain("gate 3 58 (1 requests reached it)");
  });
});

describe("phrases at teach time", () => {
  const PHRASES = JSON.stringify({ phrases: ["print log of <1>", "view output of <1>", "no mark at all"] });

  it.skipIf(!hasScript)("are taken one by one, kept as a model's, and never exact", async () => {
    const [person] = await personWith(PHRASES);
    const { screen, code } = await atTerminal(
      person,
      ["teach", "show logs for {{container}}", "--command", "echo logs of {{container}}", "--paraphrase"],
      person.home,
      [
        { after: "print log of", keys: "y" },
        { after: "view output of", keys: "\r" },
      ],
    );
    expect(code, screen).toBe(0);
    const [row] = (await person.lever(["list", "--json"])).stdout
      .trim()
      .split("\n")
      .flatMap((line) => JSON.parse(line) as { phrases: Array<{ text: string; source: string }> });
    expect(row?.phrases.map(({ text, source }) => [text, source])).toEqual([
      ["show logs for {{container}}", "taught"],
      ["print log of {{container}}", "model"],
    ]);
    expect(await person.ask("print log of web", "--dry-run")).toMatchObject({
      match: { candidates: [{ template: "echo logs of {{container}}" }], kind: expect.not.stringMatching("exact") },
    });
  });

  it("are only shown where nobody can take them", async () => {
    const [person] = await personWith(PHRASES);
    await person.teach("show logs for {{container}}", "echo logs of {{container}}");
    const { stdout, code } = await person.lever(["paraphrase", "--all", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      proposed: ["print log of {{container}}", "view output of {{container}}"],
      added: [],
      problem: null,
    });
    expect((await person.lever(["list", "--json"])).stdout).not.toContain("view output");
  });

  it("need a model, and say so before anything is taught", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    const ended = await person.lever(["teach", "x y", "--command", "true", "--paraphrase"]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("no model is set");
    expect((await person.lever(["list"])).stdout).not.toContain("x y");
  });

  it("are no worse for an answer of another form", async () => {
    const server = await start((_, response) => sendJson(response, answerBody("ollama", "; rm -rf /")));
    const person = new Person({ LEVER_SEED: "off", ...settings("ollama", server.url) });
    await person.teach("show logs", "echo logs");
    const { stdout, code } = await person.lever(["paraphrase", "show logs"]);
    expect(code).toBe(0);
    expect(stdout).toContain("holds no usable phrase");
  });
});

describe("rewriting what is flagged", () => {
  const BROKEN = "cat /nonexistent/notes";

  /** Someone whose one command has failed until it was flagged. */
  async function personWithFailure(answer: string): Promise<[Person, ModelServer]> {
    const [person, server] = await personWith(answer);
    await person.teach("show my notes", BROKEN);
    for (let run = 0; run < 6; run += 1) await person.lever(["show my notes", "--yes"]);
    expect((await person.lever(["promote"])).stdout).toContain("flagged show my notes");
    return [person, server];
  }
  const template = async (person: Person): Promise<{ template: string; approved: boolean; trust: number }> => {
    const [row] = (await person.lever(["list", "--json"])).stdout
      .trim()
      .split("\n")
      .flatMap((line) => JSON.parse(line) as { template: string; approved: boolean; trust: number });
    return row as { template: string; approved: boolean; trust: number };
  };

  it.skipIf(!hasScript)("shows what it sends, asks before and after, and stores it unapproved", async () => {
    const [person, server] = await personWithFailure(JSON.stringify({ command: "echo notes" }));
    const { screen, code } = await atTerminal(person, ["promote", "--fix"], person.home, [
      { after: "Send this to", keys: "y" },
      { after: "Store this, unapproved?", keys: "y" },
    ]);
    expect(code, screen).toBe(0);
    expect(screen).toContain("+ echo notes");
    const [sent] = server.seen;
    expect(sent?.text).toContain(BROKEN);
    expect(sent?.text).toContain("show my notes");
    expect(sent?.text).not.toContain(person.home);
    expect(await template(person)).toMatchObject({ template: "echo notes", approved: false, trust: 40 });
    const asked = await person.lever(["show my notes"]);
    expect(asked.code).toBe(126);
    expect(asked.stdout).toBe("");
  });

  it.skipIf(!hasScript)("sends nothing without a yes", async () => {
    const [person, server] = await personWithFailure(JSON.stringify({ command: "echo notes" }));
    const { screen } = await atTerminal(person, ["promote", "--fix"], person.home, [
      { after: "Send this to", keys: "n" },
    ]);
    expect(screen).toContain("declined");
    expect(server.seen).toEqual([]);
    expect(await template(person)).toMatchObject({ template: BROKEN, approved: true });
  });

  it("sends nothing where nobody can say yes", async () => {
    const [person, server] = await personWithFailure(JSON.stringify({ command: "echo notes" }));
    expect((await person.lever(["promote", "--fix"])).stderr).toContain("declined");
    expect(server.seen).toEqual([]);
  });
});
