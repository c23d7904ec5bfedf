import { beforeAll, describe, expect, it } from "vitest";
import { start, type Started, TOKEN } from "./server.ts";

describe("with the owner's token", () => {
  let at: Started;
  beforeAll(async () => {
    at = await start({}, TOKEN);
  });

  it("runs a request and answers with the record", async () => {
    const { status, body } = await at.ask("/run", { request: "check disk usage", chat_id: 7 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "ran", namespace: "7", match: { kind: "exact", gate: 1 } });
    expect(body.outcome).toMatchObject({ exit_code: 0, stdout: expect.stringContaining("Filesystem") });
  });

  it("decides without running", async () => {
    const { body } = await at.ask("/match", { request: "how full is the disk" });
    expect(body.candidates[0].template).toBe("df -h");
  });

  it("has no match, missing values and refusals as records", async () => {
    expect((await at.ask("/run", { request: "qwzx plugh xyzzy" })).body.status).toBe("no_match");
    at.lever.teach({ phrase: "greet {{name:word}}", command: "echo hello {{name}}" });
    expect((await at.ask("/run", { request: "greet" })).body.status).not.toBe("ran");
    const bound = await at.ask("/run", { request: "greet bob", dry_run: true });
    expect(bound.body).toMatchObject({ status: "dry_run", command: { argv: ["echo", "hello", "bob"] } });
    const given = await at.ask("/run", { request: "greet bob", parameters: { name: "a; id" } });
    expect(given.body).toMatchObject({ status: "refused", outcome: null });
  });

  it("stores what a program teaches, and does not run it until a person approves it", async () => {
    const taught = await at.ask("/teach", { intent_phrase: "say moo", command: "echo moo", chat_id: 9 });
    expect(taught).toMatchObject({ status: 200, body: { status: "created", approved: false } });
    const before = await at.ask("/run", { request: "say moo", chat_id: 9 });
    expect(before.body).toMatchObject({ status: "needs_confirmation", outcome: null });
    const shown = at.lever.find(taught.body.command_id, "9");
    if (shown === null) throw new Error("not found");
    at.lever.approve(shown, "9");
    const after = await at.ask("/run", { request: "say moo", chat_id: 9 });
    expect(after.body).toMatchObject({ status: "ran", outcome: { stdout: "moo\n" } });
    const again = await at.ask("/teach", { phrase: "say moo", command: "echo moo", chat_id: 9 });
    expect(again.body.status).toBe("exists");
    const other = await at.ask("/teach", { phrase: "say moo", command: "echo oink", chat_id: 9 });
    expect(other).toMatchObject({ status: 409, body: { code: "phrase_taken" } });
    const builtIn = { phrase: "a new one", aliases: ["how full is the disk"], command: "touch planted" };
    expect((await at.ask("/teach", builtIn)).status, "a phrase of the built-in pack").toBe(409);
    expect(at.lever.find("how full is the disk")?.id).toBe("builtin:disk-usage");
    const refused = await at.ask("/teach", { phrase: "broken", command: "echo '" });
    expect(refused.status).toBe(400);
  });

  it("runs what needs a yes once for its token, and for nothing else", async () => {
    at.lever.teach({ phrase: "remove the mark", command: "rm -f mark" });
    const asked = await at.ask("/run", { request: "remove the mark" });
    expect(asked.body).toMatchObject({ status: "needs_confirmation", confirm_token: expect.any(String) });
    const confirm_token = asked.body.confirm_token;
    const elsewhere = await at.ask("/run", { request: "say moo", chat_id: 9, confirm_token });
    expect(elsewhere.body.status).not.toBe("needs_confirmation");
    const given = await at.ask("/run", { request: "remove the mark", confirm_token });
    expect(given.body).toMatchObject({ status: "ran", outcome: { exit_code: 0 } });
    const again = await at.ask("/run", { request: "remove the mark", confirm_token });
    expect(again.body.status).not.toBe("ran");
  });

  it("lists, pages and forgets", async () => {
    const { command_id: id } = at.lever.teach({ phrase: "to be forgotten", command: "echo bye" }) as {
      command_id: string;
    };
    const { body } = await at.ask("/commands?limit=2");
    expect(body.commands).toHaveLength(2);
    expect(body.total).toBeGreaterThan(67);
    const rest = await at.ask(`/commands?limit=2&offset=${body.total}`);
    expect(rest.body.commands).toEqual([]);
    expect((await at.ask(`/commands/${id}`, undefined, { method: "DELETE" })).status).toBe(200);
    expect((await at.ask(`/commands/${id}`, undefined, { method: "DELETE" })).status).toBe(404);
  });

  it("tells its state", async () => {
    expect((await at.ask("/status")).body).toMatchObject({ status: "ok", version: "0.0.0", store: "disk" });
    expect((await at.ask("/stats")).body.commands).toBeGreaterThan(67);
    expect((await at.ask("/runs?limit=5&chat_id=7")).body.runs[0]).toMatchObject({ request: "check disk usage" });
    expect((await at.ask("/metrics")).body).toMatch(/lever_runs_total\{status="ran",gate="1"\} \d/);
  });

  it("describes every route that it has", async () => {
    const { body } = await at.ask("/openapi.json");
    expect(Object.keys(body.paths).toSorted()).toEqual([
      "/commands",
      "/commands/{id}",
      "/healthz",
      "/match",
      "/run",
      "/runs",
      "/stats",
      "/status",
      "/teach",
    ]);
    expect(body.components.schemas.RunRecord.properties.status.enum).toContain("needs_confirmation");
  });

  it("streams output while the command writes it, and the record last", async () => {
    at.lever.teach({ phrase: "count slowly", command: "for n in 1 2 3; do echo line $n; sleep 0.1; done" });
    const response = await fetch(`${at.url}/run`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream", Authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ request: "count slowly" }),
    });
    const events = (await response.text()).split("\n\n").filter(Boolean);
    const kinds = events.map((event) => /^event: (\w+)/.exec(event)?.[1]);
    expect(kinds.at(-1)).toBe("record");
    expect(kinds.filter((kind) => kind === "stdout").length).toBeGreaterThan(1);
    const text = events
      .filter((event) => event.startsWith("event: stdout"))
      .map((event) => JSON.parse(event.slice(event.indexOf("data: ") + 6)))
      .join("");
    expect(text).toBe("line 1\nline 2\nline 3\n");
  });

  it("ends the run of a client that went away", async () => {
    at.lever.teach({ phrase: "wait a long time", command: "sleep 60" });
    const leaving = new AbortController();
    const asked = at.ask("/run", { request: "wait a long time" }, { signal: leaving.signal }).catch(() => "left");
    const running = async (): Promise<number> => (await at.ask("/status")).body.runs.running;
    await expect.poll(running).toBe(1);
    leaving.abort();
    expect(await asked).toBe("left");
    await expect.poll(running, { timeout: 8_000 }).toBe(0);
  });
});

describe("without any token", () => {
  let at: Started;
  beforeAll(async () => {
    at = await start();
  });

  it("runs what is approved and only reads", async () => {
    expect((await at.ask("/run", { request: "check disk usage" })).body.status).toBe("ran");
  });

  it("runs nothing that changes something, however well it is trusted", async () => {
    at.lever.teach({ phrase: "leave a mark", command: "touch mark", trust: 100 });
    const { body } = await at.ask("/run", { request: "leave a mark" });
    expect(body).toMatchObject({ status: "refused", outcome: null });
  });

  it("forgets nothing", async () => {
    const { command_id: id } = at.lever.teach({ phrase: "keep this", command: "echo kept" }) as { command_id: string };
    expect((await at.ask(`/commands/${id}`, undefined, { method: "DELETE" })).status).toBe(403);
  });

  it("does not listen where others can reach it", async () => {
    await expect(start({ host: "0.0.0.0" })).rejects.toMatchObject({ code: "serve_open" });
  });
});
