import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Lever } from "@lever-runner/engine";
import { Client, type ClientOptions } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const runner = (path: string): string => fileURLToPath(new URL(`../../lever-runner/${path}`, import.meta.url));

let home: string;
let lever: Lever;
const clients: Client[] = [];
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "lever-mcp-"));
  lever = await Lever.open({ pack: runner("pack"), module: runner("src/lever.ts") }, { home: join(home, "store") });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  lever.close();
  rmSync(home, { recursive: true, force: true });
});

interface Person {
  /** What the client's person answers; a client without one has nobody to ask. */
  says: Record<string, unknown> | "decline";
  asked: string[];
}

async function connect(mode: "legacy" | "auto", person: Person | null, ...flags: string[]): Promise<Client> {
  const options: ClientOptions = {
    versionNegotiation: { mode },
    ...(person === null ? {} : { capabilities: { elicitation: { form: {} } } }),
  };
  const client = new Client({ name: "test", version: "0" }, options);
  if (person !== null) {
    client.setRequestHandler("elicitation/create", ({ params }) => {
      person.asked.push(params.message);
      return person.says === "decline" ? { action: "decline" } : { action: "accept", content: person.says as never };
    });
  }
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, LEVER_HOME: join(home, "store") };
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [runner("bin/lever.cjs"), "mcp", ...flags],
      env,
      cwd: home,
    }),
  );
  clients.push(client);
  return client;
}

interface Called {
  isError?: boolean;
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the record is what each test expects of it
  record: any;
}

async function call(client: Client, name: string, args: Record<string, unknown>): Promise<Called> {
  const result = await client.callTool({ name, arguments: args });
  const [first] = result.content;
  return {
    isError: result.isError ?? false,
    text: first?.type === "text" ? first.text : "",
    record: result.structuredContent,
  };
}

describe.each(["legacy", "auto"] as const)("a %s client", (mode) => {
  it("finds and runs by id and by words, and has no tool that takes a command", async () => {
    const client = await connect(mode, null);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).toSorted()).toEqual(["lever_find", "lever_run"]);
    expect(JSON.stringify(tools.map(({ inputSchema }) => Object.keys(inputSchema.properties ?? {})))).toBe(
      '[["request"],["command_id","request","parameters","dry_run"]]',
    );
    const found = await call(client, "lever_find", { request: "how full is the disk" });
    expect(found.record.candidates[0]).toMatchObject({ template: "df -h" });
    const ran = await call(client, "lever_run", { command_id: found.record.candidates[0].command_id });
    expect(ran).toMatchObject({ isError: false, record: { status: "ran", confirm_token: null } });
    expect(ran.text).toContain("Filesystem");
    expect((await call(client, "lever_run", { request: "check disk usage" })).record.status).toBe("ran");
  });

  it("asks its person before anything that destroys, and runs on a yes", async () => {
    lever.teach({ phrase: "remove the file {{file:path}}", command: "rm -f {{file}}" });
    lever.teach({ phrase: "make a file {{file:path}}", command: "touch {{file}}" });
    const person: Person = { says: { run: true }, asked: [] };
    const client = await connect(mode, person);
    await call(client, "lever_run", { request: "make a file kept" });
    expect(existsSync(join(home, "kept"))).toBe(true);
    person.says = "decline";
    const declined = await call(client, "lever_run", { request: "remove the file kept" });
    expect(declined.record.status).not.toBe("ran");
    expect(existsSync(join(home, "kept"))).toBe(true);
    person.says = { run: true };
    const ran = await call(client, "lever_run", { request: "remove the file kept" });
    expect(ran.record.status).toBe("ran");
    expect(existsSync(join(home, "kept"))).toBe(false);
    expect(person.asked).toHaveLength(2);
    expect(person.asked[0]).toContain("kept");
  });

  it("leaves a client without a person at needs_confirmation", async () => {
    const taught = lever.teach({ phrase: "remove everything", command: "rm -rf kept" });
    if (taught.status !== "created") throw new Error(taught.status);
    const client = await connect(mode, null);
    for (const args of [{ request: "remove everything" }, { command_id: taught.command_id }]) {
      const { record, text } = await call(client, "lever_run", args);
      expect(record).toMatchObject({ status: "needs_confirmation", outcome: null, confirm_token: null });
      expect(text).toContain("at a terminal");
    }
  });

  it("proposes commands only when allowed, and stores them only on a yes", async () => {
    const person: Person = { says: "decline", asked: [] };
    const client = await connect(mode, person, "--allow-teach");
    const proposal = { phrase: "say moo", command: "echo moo", aliases: ["moo for me"] };
    expect(await call(client, "lever_teach", proposal)).toMatchObject({ isError: true });
    expect(lever.find("say moo")).toBeNull();
    person.says = { store: true };
    expect(await call(client, "lever_teach", proposal)).toMatchObject({
      isError: false,
      text: expect.stringContaining("stored"),
    });
    expect(lever.find("say moo")).toMatchObject({ approved: false });
    expect(person.asked.every((message) => /say moo\nmoo for me\necho moo/.test(message))).toBe(true);
    const alone = await connect(mode, null, "--allow-teach");
    expect(await call(alone, "lever_teach", { phrase: "say oink", command: "echo oink" })).toMatchObject({
      isError: true,
    });
    expect(lever.find("say oink")).toBeNull();
  });

  it("reads commands as resources", async () => {
    const client = await connect(mode, null);
    const { contents } = await client.readResource({ uri: "lever://commands" });
    const [all] = contents;
    const rows = JSON.parse(all && "text" in all ? all.text : "[]");
    expect(rows.length).toBeGreaterThan(67);
    const one = await client.readResource({ uri: `lever://commands/${encodeURIComponent(rows[0].id)}` });
    expect(JSON.stringify(one.contents)).toContain("phrases");
  });
});

it("takes what is no yes for a no, and no token from an agent", async () => {
  lever.teach({ phrase: "remove the mark", command: "rm -f mark" });
  const person: Person = { says: { run: "true" }, asked: [] };
  const client = await connect("auto", person);
  for (const says of [{ run: "true" }, { run: false }, {}, { yes: true }]) {
    person.says = says;
    const outcome = await call(client, "lever_run", { request: "remove the mark" }).catch(() => null);
    expect(outcome?.record?.status).not.toBe("ran");
  }
  const smuggled = await call(client, "lever_run", { request: "remove the mark", confirm_token: "x" }).catch(
    () => null,
  );
  expect(smuggled?.record?.status).not.toBe("ran");
});
