import { afterEach, describe, expect, it } from "vitest";
import {
  answerBody,
  type Behaviour,
  type ModelServer,
  says,
  sendJson,
  settingsFor,
  startServer,
  WIRE_NAMES,
} from "../test/model-server.ts";
import type { Prompt } from "./backend.ts";
import { WIRES } from "./wires.ts";

const PROMPT: Prompt = { instruction: "Say it otherwise.", text: "restart <1>", answerTokens: 32, field: "phrase" };
const servers: ModelServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
const start = async (behave: Behaviour): Promise<ModelServer> => {
  const server = await startServer(behave);
  servers.push(server);
  return server;
};
const open = async (wire: (typeof WIRE_NAMES)[number], url: string, apiKey: string | null) =>
  (await WIRES[wire]()).openBackend(settingsFor(wire, url, { apiKey }));
const never = new AbortController().signal;

const SCHEMA = {
  type: "object",
  properties: { phrase: { type: "string" } },
  required: ["phrase"],
  additionalProperties: false,
};
const EXPECTED = {
  ollama: {
    path: "/api/chat",
    key: { authorization: "Bearer sesame" },
    body: {
      model: "tiny",
      stream: false,
      messages: [
        { role: "system", content: "Say it otherwise." },
        { role: "user", content: "restart <1>" },
      ],
      options: { temperature: 0, num_predict: 32 },
    },
    structured: { format: SCHEMA },
  },
  openai: {
    path: "/v1/chat/completions",
    key: { authorization: "Bearer sesame" },
    body: {
      model: "tiny",
      messages: [
        { role: "system", content: "Say it otherwise." },
        { role: "user", content: "restart <1>" },
      ],
      max_tokens: 32,
      temperature: 0,
    },
    structured: {
      response_format: { type: "json_schema", json_schema: { name: "phrase", strict: true, schema: SCHEMA } },
    },
  },
  anthropic: {
    path: "/v1/messages",
    key: { "x-api-key": "sesame", "anthropic-version": expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
    body: {
      model: "tiny",
      max_tokens: 32,
      system: "Say it otherwise.",
      messages: [{ role: "user", content: "restart <1>" }],
    },
    structured: { output_config: { format: { type: "json_schema", schema: SCHEMA } } },
  },
};

describe.each(WIRE_NAMES)("the %s wire", (wire) => {
  const expected = EXPECTED[wire];

  it("sends exactly the protocol's request, and reads the answer and its count", async () => {
    const server = await start(says(wire, "restart service <1>"));
    const backend = await open(wire, server.url, "sesame");
    const reply = await backend.ask(PROMPT, { signal: never, structured: false });
    expect(reply).toEqual({ text: "restart service <1>", tokensIn: 51, tokensOut: 7 });
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: "POST", path: expected.path, headers: expected.key });
    expect(seen?.body).toEqual(expected.body);
  });

  it("holds the server to a schema where it may", async () => {
    const server = await start(says(wire, '{"phrase":"x"}'));
    await (await open(wire, server.url, null)).ask(PROMPT, { signal: never, structured: true });
    expect(server.seen[0]?.body).toEqual({ ...expected.body, ...expected.structured });
  });

  it("tells nothing of this machine in its headers, and no key where there is none", async () => {
    const server = await start(says(wire, "x"));
    const custom = {
      OPENAI_CUSTOM_HEADERS: "x-spy: 1",
      ANTHROPIC_CUSTOM_HEADERS: "x-api-key: spy",
      OPENAI_API_KEY: "env",
      ANTHROPIC_API_KEY: "env",
      OPENAI_ORG_ID: "org",
    };
    Object.assign(process.env, custom);
    try {
      await (await open(wire, server.url, null)).ask(PROMPT, { signal: never, structured: false });
    } finally {
      for (const name of Object.keys(custom)) delete process.env[name];
    }
    const headers = server.seen[0]?.headers ?? {};
    expect(headers["user-agent"]).toBe("lever-runner");
    const allowed =
      /^(host|connection|content-(type|length)|accept(-encoding|-language)?|sec-fetch-mode|user-agent|anthropic-version)$/;
    expect(Object.keys(headers).filter((name) => !allowed.test(name))).toEqual([]);
    expect(JSON.stringify(headers)).not.toMatch(new RegExp(`${process.version}|${process.platform}|spy|env|org`));
  });

  it("lists the server's models", async () => {
    const lists = {
      ollama: { models: [{ name: "tiny" }, { name: "big" }] },
      openai: { object: "list", data: [{ id: "tiny" }, { id: "big" }] },
      anthropic: { data: [{ id: "tiny" }, { id: "big" }], has_more: false },
    };
    const server = await start((_, response) => sendJson(response, lists[wire]));
    await expect((await open(wire, server.url, "k")).listModels(never)).resolves.toEqual(["tiny", "big"]);
  });

  it("follows no redirect, so that no key goes along", async () => {
    const other = await start(says(wire, "x"));
    const server = await start((_, response) => {
      response.writeHead(307, { location: other.url });
      response.end();
    });
    const backend = await open(wire, server.url, "sesame");
    await expect(backend.ask(PROMPT, { signal: never, structured: false })).rejects.toMatchObject({
      code: "redirected",
    });
    expect(other.seen).toEqual([]);
  });

  it("reads a well-formed answer without text as what it is", async () => {
    for (const text of ["", "  \n"]) {
      const server = await start((_, response) => sendJson(response, answerBody(wire, text)));
      const backend = await open(wire, server.url, null);
      await expect(backend.ask(PROMPT, { signal: never, structured: false })).rejects.toMatchObject({ code: "empty" });
    }
  });
});
