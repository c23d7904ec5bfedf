import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { makeFolder, Person } from "./lever.ts";

interface Entry {
  id: string;
  phrase: string;
  aliases: string[];
  command: string;
}

interface Row {
  id: string;
  phrase: string;
  parameters: Array<{ name: string; default: string | null }>;
  effects: { writes: boolean; destroys: boolean; privileged: boolean; network: boolean; unknown: boolean };
  permissions: { interactive: boolean };
}

const PACK = fileURLToPath(new URL("../../lever-runner/pack", import.meta.url));
const entries: Entry[] = readdirSync(PACK)
  .filter((name) => name.endsWith(".jsonl"))
  .flatMap((name) => readFileSync(join(PACK, name), "utf8").trim().split("\n"))
  .map((line) => JSON.parse(line) as Entry);

/** Values for parameters, by name, in the prepared folder. */
const VALUES: Record<string, string> = {
  file: "app.log",
  old: "app.log",
  new: "notes.txt",
  folder: "docs",
  dir: "docs",
  path: "app.log",
  archive: "docs.tar.gz",
  name: "notes.txt",
  text: "error",
  pattern: "error",
  program: "sh",
  command: "sh",
  author: "Ann",
  branch: "main",
  pid: "1",
  user: "root",
  service: "cron",
  package: "bash",
  port: "65000",
  host: "localhost",
  url: "http://localhost:65000/",
  container: "web",
  size: "1",
};

/** What a program says when the machine lacks something that it asks for: a daemon, a session bus, a device. */
const NOT_HERE =
  /not installed|cannot connect|could not connect|failed to connect|connection refused|no such (container|device|process)|couldn't find|not been booted|host is down|cannot open.*(rtc|battery|log)|no journal|no route|temporary failure|resolve|unable to locate|not found|permission denied|operation not permitted|no packages|unknown command: docker compose|unknown flag: --tail|no upstream|does not exist|timed out|unreachable|no entry/i;

const person = new Person();
let folder = "";
let rows: Row[] = [];

beforeAll(async () => {
  folder = makeFolder();
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ann", "-c", "user.email=ann@example.net", ...args], {
      cwd: folder,
      stdio: "pipe",
    });
  mkdirSync(join(folder, "docs"));
  writeFileSync(
    join(folder, "app.log"),
    Array.from({ length: 60 }, (_, line) => `line ${line} ${line % 7 === 0 ? "error" : "ok"}`).join("\n"),
  );
  writeFileSync(join(folder, "notes.txt"), "one\ntwo\n");
  writeFileSync(join(folder, "data.json"), '{"a":1}');
  writeFileSync(join(folder, "docs", "guide.md"), "# Guide\n");
  execFileSync("tar", ["czf", "docs.tar.gz", "docs"], { cwd: folder });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "first");
  git("tag", "v1");
  writeFileSync(join(folder, "notes.txt"), "one\ntwo\nthree\n");
  const { stdout } = await person.lever(["list", "--json"]);
  rows = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
});

const readsOnly = ({ effects, permissions }: Row): boolean =>
  !(
    effects.writes ||
    effects.destroys ||
    effects.privileged ||
    effects.network ||
    effects.unknown ||
    permissions.interactive
  );

describe("the built-in pack", () => {
  it("has at least 67 commands with at least 8 phrases each", () => {
    expect(entries.length).toBeGreaterThanOrEqual(67);
    for (const { id, aliases } of entries) expect(aliases.length, id).toBeGreaterThanOrEqual(7);
  });

  it("is all there", () => {
    expect(rows.length).toBe(entries.length);
  });

  it("is known to the table of programs", () => {
    const unknown = rows.filter(({ effects }) => effects.unknown).map(({ id }) => id);
    // A project's tests may do anything.
    expect(unknown.filter((id) => !id.startsWith("builtin:pytest"))).toEqual([]);
  });

  it(
    "runs every command that only reads, confined, or says plainly what the machine lacks",
    { timeout: 240_000 },
    async () => {
      const problems: string[] = [];
      let ran = 0;
      for (const row of rows.filter(readsOnly)) {
        const given = row.parameters.flatMap(({ name, default: standard }) =>
          standard === null ? ["--param", `${name}=${VALUES[name] ?? "app.log"}`] : [],
        );
        const asked = row.phrase.replaceAll(/\{\{(\w+)[^}]*\}\}/g, (_, name: string) => {
          const standard = row.parameters.find((parameter) => parameter.name === name)?.default;
          return standard ?? VALUES[name] ?? "app.log";
        });
        const { stdout } = await person.lever([asked, "--json", "--timeout", "5", ...given], { cwd: folder });
        const record = JSON.parse(stdout) as {
          status: string;
          match: { command_id: string };
          outcome: { exit_code: number | null; stdout: string; stderr: string; timed_out: boolean } | null;
          command: { permissions: { ok_exit: number[] } } | null;
          error: { code: string; message: string } | null;
        };
        const { outcome, error } = record;
        const said = `${outcome?.stdout ?? ""} ${outcome?.stderr ?? ""} ${error?.message ?? ""}`;
        const code = outcome?.exit_code ?? -1;
        const good = code === 0 || (record.command?.permissions.ok_exit.includes(code) ?? false);
        if (record.status === "ran" && good) ran += 1;
        else if (!NOT_HERE.test(said) && outcome?.timed_out !== true)
          problems.push(`${row.id}: ${asked}: ${record.status} ${code} ${said.trim().slice(0, 160)}`);
      }
      expect(problems).toEqual([]);
      expect(ran).toBeGreaterThan(60);
    },
  );
});

describe("built-ins in a prepared folder", () => {
  it.each([
    ["git status", /On branch main[\s\S]*notes\.txt/],
    ["show the last 3 lines of app.log", /^line 57 ok\nline 58 ok\nline 59 ok$/],
    ["list the files here", /app\.log[\s\S]*notes\.txt/],
    ["show unstaged changes", /\+three/],
    ["show the biggest folders here", /docs/],
  ])("%s", async (request, expected) => {
    const { stdout, stderr } = await person.lever([request], { cwd: folder });
    expect(stdout.trimEnd(), stderr).toMatch(expected);
  });
});
