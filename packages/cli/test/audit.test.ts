import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Binding, type CommandRow, type Core, loadNative, type Payload } from "../../native/src/index.ts";
import { loadConfig, readEnvironment } from "@lever-runner/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuditContext, auditCommands } from "../../engine/src/audit/audit.ts";
import { findFault } from "../../engine/src/audit/compare-records.ts";
import { ordinaryValues } from "../../engine/src/audit/ordinary-value.ts";
import { HOLE_CLASSES } from "./fixtures/hole-classes.ts";
import { ORDINARY_VALUES } from "./fixtures/ordinary-values.ts";
import { makeFolder, Person } from "./lever.ts";

const PACK = fileURLToPath(new URL("../../lever-runner/pack", import.meta.url));
/** How many of a list are run: each so manieth, another share for each command. All of them (1) take about half an hour. */
const EVERY = Number(process.env["LEVER_TEST_EVERY"] ?? 60);

const native = loadNative({ override: process.env["LEVER_NATIVE"], from: fileURLToPath(import.meta.url) });
let core: Core;
let context: AuditContext;
let builtIns: CommandRow[];
let own: CommandRow[];

beforeAll(async () => {
  const environment = readEnvironment();
  const home = makeFolder();
  const { config } = await loadConfig({ ...environment, dataFolder: home, configFile: join(home, "none.toml") });
  const trust = { new: 50, success: 1.5, failure: 4, floor: 40 };
  core = native.openCore({
    home,
    namespace: "default",
    seed: true,
    embedder: "hash",
    embedder_model: null,
    onnxruntime: null,
    pack: PACK,
    bank: null,
    platform: "linux",
    trust,
  });
  for (const [phrase, command, ...params] of HOLE_CLASSES) {
    const taught = core.teach("default", {
      phrase,
      command,
      params,
      pattern: false,
      aliases: [],
      interpreter: null,
      trust: null,
      tags: [],
      permissions: {},
      replace: false,
      approve: true,
      suggest: {},
      keep_output: false,
    });
    if (taught.status !== "created") throw new Error(`${phrase}: ${JSON.stringify(taught)}`);
  }
  const rows = core.list("default").filter(({ parameters }) => parameters.length > 0);
  builtIns = rows.filter(({ origin }) => origin === "pack");
  own = rows.filter(({ origin }) => origin === "own");
  context = {
    bind: (command, values) => bind(command, values),
    payloads: core.payloads(),
    sandbox: { launcher: native, config, environment },
    onProgress: () => {},
    signal: undefined,
  };
});
afterAll(() => {
  core.close();
});

function bind({ id }: CommandRow, values: Readonly<Record<string, string>>): Binding {
  return core.bind("default", id, values, { cwd: "/", caller: "program", home: "/", path_roots: ["/"] });
}

/** The lists of the folder that LEVER_TEST_DATA names; none where there is no such folder. */
function readData(): Payload[] {
  const folder = join(process.env["LEVER_TEST_DATA"] ?? "/nonexistent", "payloads");
  if (!existsSync(folder)) {
    process.stderr.write("skipped: LEVER_TEST_DATA names no folder with more payloads\n");
    return [];
  }
  const lines = ["command_exec.txt", "command-execution-unix.txt"].flatMap((file) =>
    readFileSync(join(folder, file), "utf8").split("\n"),
  );
  const naughty = JSON.parse(readFileSync(join(folder, "blns.json"), "utf8")) as string[];
  return [...lines, ...naughty]
    .filter((value) => value !== "")
    .map((value, at) => ({ name: `line ${at}`, class: "list", value }));
}

const summary = (audits: Awaited<ReturnType<typeof auditCommands>>): string[] =>
  audits
    .filter(({ verdict }) => verdict !== "intact")
    .map((audit) => `${audit.template}: ${audit.why ?? JSON.stringify(audit.broken.slice(0, 3))}`);

describe("an audit", () => {
  it("finds every place that takes a value sound", { timeout: 300_000 }, async () => {
    const audits = await auditCommands(own, context);
    expect(audits).toHaveLength(HOLE_CLASSES.length);
    expect(summary(audits)).toEqual([]);
    expect(audits.reduce((sum, { fired }) => sum + fired, 0)).toBeGreaterThan(2_000);
  });

  it("finds the built-in commands sound", { timeout: 300_000 }, async () => {
    const audits = await auditCommands(builtIns, { ...context, payloads: pickFor(context.payloads, 6) });
    expect(audits.length).toBeGreaterThan(80);
    expect(summary(audits)).toEqual([]);
  });

  it("finds them sound against lists that others collected", { timeout: 1_800_000 }, async () => {
    const lists = readData();
    if (lists.length === 0) return;
    let [fired, refused, at] = [0, 0, 0];
    for (const command of [...own, ...builtIns]) {
      at += 1;
      const payloads = lists.filter((_, number) => (number + at) % EVERY === 0);
      const audits = await auditCommands([command], { ...context, payloads });
      expect(summary(audits)).toEqual([]);
      for (const audit of audits) [fired, refused] = [fired + audit.fired, refused + audit.refused];
    }
    process.stderr.write(`${lists.length} values, every ${EVERY}.: ${fired} arrived whole, ${refused} refused\n`);
  });

  it("gets every value of those lists into the arguments byte for byte", { timeout: 300_000 }, () => {
    const lists = [...context.payloads, ...readData()];
    let [taken, refused] = [0, 0];
    const wrong: string[] = [];
    for (const command of [...own, ...builtIns]) {
      const ordinary = Object.fromEntries(
        command.parameters.map((parameter, at) => [parameter.name, ordinaryValues(parameter, at)[0] ?? ""]),
      );
      const baseline = bind(command, ordinary);
      for (const { name, type } of command.parameters) {
        for (const { value } of lists) {
          const values = { ...ordinary, [name]: value };
          const bound = bind(command, values);
          if (bound.status !== "bound" || baseline.status !== "bound") {
            refused += 1;
            continue;
          }
          taken += 1;
          if (type.startsWith("choice") || type === "secret") continue;
          const results = [baseline, bound].map(({ command: { argv } }) => ({ records: [argv], canary: false }));
          const [before, after] = results as [(typeof results)[0], (typeof results)[0]];
          const fault = findFault(before, after, { ordinary, values, branches: false, script: "" });
          if (fault !== null) wrong.push(`${command.template}: ${fault}`);
        }
      }
    }
    process.stderr.write(`${lists.length} values: ${taken} bound whole, ${refused} refused\n`);
    expect(wrong).toEqual([]);
    expect(taken).toBeGreaterThan(5_000);
  });

  it("catches a binder that pastes values into the script", { timeout: 120_000 }, async () => {
    const pasting: AuditContext["bind"] = (command, values) => {
      const binding = bind(command, values);
      if (binding.status !== "bound" || binding.command.script === null) return binding;
      const script = Object.entries(values).reduce(
        (text, [name, value]) => text.replaceAll(new RegExp(`\\{\\{${name}[^}]*\\}\\}`, "g"), () => value),
        binding.command.template,
      );
      return { status: "bound", command: { ...binding.command, script, argv: ["sh", "-c", script, "lever"] } };
    };
    const scripts = own.filter(({ script, phrase }) => script !== null && !phrase.startsWith("a secret"));
    const audits = await auditCommands(scripts, {
      ...context,
      bind: pasting,
      payloads: pickFor(context.payloads, 3),
    });
    expect(audits.filter(({ verdict }) => verdict !== "broken").map(({ template }) => template)).toEqual([]);
    const canaries = audits.flatMap(({ broken }) => broken).filter(({ what }) => /canary|"touch"/.test(what));
    expect(canaries.length).toBeGreaterThan(20);
  });

  it("catches a binder that splits, trims, expands or drops values", { timeout: 120_000 }, async () => {
    const spoil =
      (change: (argv: string[]) => string[]): AuditContext["bind"] =>
      (command, values) => {
        const binding = bind(command, values);
        if (binding.status !== "bound") return binding;
        return { status: "bound", command: { ...binding.command, argv: change(binding.command.argv) } };
      };
    const direct = own.filter(({ phrase }) => phrase.startsWith("an argument"));
    const spoilt: Array<(argv: string[]) => string[]> = [
      (argv) => argv.flatMap((word) => word.split(" ")),
      (argv) => argv.map((word) => word.trim()),
      (argv) => argv.map((word) => word.replace(/^~/, "/root")),
      (argv) => argv.map((word) => word.normalize("NFKC")),
      (argv) => argv.map((word) => word.replaceAll("\\", "")),
    ];
    for (const [at, change] of spoilt.entries()) {
      const [audit] = await auditCommands(direct, { ...context, bind: spoil(change) });
      expect([at, audit?.verdict]).toEqual([at, "broken"]);
    }
  });
});

describe("ordinary values", () => {
  it("are never refused, and arrive as typed", () => {
    const wrong: string[] = [];
    let tried = 0;
    for (const command of [...own, ...builtIns]) {
      const types = command.parameters.map(({ type }) => type);
      for (const [at, { name, type }] of command.parameters.entries()) {
        for (const value of ORDINARY_VALUES[type] ?? []) {
          const others = command.parameters.map((other, place) => [
            other.name,
            other.choices[0] ?? other.default ?? ORDINARY_VALUES[types[place] ?? ""]?.[0] ?? "v1.2.3",
          ]);
          const binding = bind(command, { ...Object.fromEntries(others), [name]: value });
          // Beside its own colon scp would read another host and path.
          if (command.template.startsWith("scp") && type === "host" && value.includes("::")) continue;
          tried += 1;
          if (binding.status !== "bound") {
            wrong.push(`${command.template} (${at}): ${JSON.stringify(binding)}`);
            continue;
          }
          const { argv } = binding.command;
          if (!argv.some((word) => word.includes(value))) wrong.push(`${command.template}: ${JSON.stringify(argv)}`);
        }
      }
    }
    const listed = new Set(Object.values(ORDINARY_VALUES).flat());
    expect(listed.size).toBeGreaterThanOrEqual(200);
    expect(tried).toBeGreaterThan(3_000);
    expect(wrong).toEqual([]);
  });
});

describe("lever audit", () => {
  it("says that every command of one's own is intact, and exits 0", { timeout: 60_000 }, async () => {
    const person = new Person({ LEVER_SEED: "off" });
    await person.teach("show {{file:path}}", "cat {{file}} | head");
    await person.teach("no values", "df -h");
    const { code, stdout } = await person.lever(["audit", "--json"]);
    const report = JSON.parse(stdout) as { intact: number; commands: Array<{ fired: number; refused: number }> };
    expect(report).toMatchObject({ intact: 1, broken: 0, not_fired: 0, commands: [{ verdict: "intact" }] });
    expect(report.commands[0]?.fired).toBeGreaterThan(80);
    expect(report.commands[0]?.refused).toBeGreaterThan(10);
    expect(code).toBe(0);
  });

  it("names a command that it cannot fire at, and why", { timeout: 60_000 }, async () => {
    const person = new Person({ LEVER_SEED: "off" });
    await person.teach("count in {{file:path}}", "/usr/bin/cat {{file}} | wc -l");
    const { code, stdout } = await person.lever(["audit"]);
    expect(stdout).toContain("not fired");
    expect(stdout).toContain("/usr/bin/cat");
    expect(code).toBe(0);
  });
});

function pickFor(payloads: readonly Payload[], every: number): Payload[] {
  const byClass = new Map<string, number>();
  return payloads.filter(({ class: kind }) => {
    const count = byClass.get(kind) ?? 0;
    byClass.set(kind, count + 1);
    return count % every === 0;
  });
}
