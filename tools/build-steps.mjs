// What a checkout needs before it can run, each step with the files that it depends on. Node's own modules only: this runs
// before anything is installed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamps = join(root, ".lever-build");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** The package manager at the workspace's exact version, whatever is installed globally. */
export const pnpm = ["npx", "--yes", manifest.packageManager];

const STEPS = [
  {
    name: "dependencies",
    inputs: ["package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml", "packages/*/package.json"],
    outputs: ["node_modules"],
    commands: [[...pnpm, "install", "--frozen-lockfile", "--reporter=append-only"]],
  },
  {
    name: "core",
    inputs: ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "crates/**", "tools/build-native.mjs"],
    outputs: ["prebuilds"],
    commands: [["node", "tools/build-native.mjs"]],
  },
  {
    name: "command line",
    inputs: [
      "packages/*/src/**",
      "packages/*/package.json",
      "packages/lever-runner/bin/**",
      "tools/bundle.mjs",
      "tools/import-meta-url.mjs",
    ],
    outputs: ["packages/lever-runner/dist", ".lever-build/bundled.json"],
    commands: [["node", "tools/bundle.mjs"]],
  },
];

/** The folder of this machine's addon and launcher, once they are built; LEVER_NATIVE names another. */
export function nativeFolder() {
  const start = `${process.platform}-${process.arch}`;
  const built = readdirSync(join(root, "prebuilds"))
    .filter((name) => name.startsWith(start))
    .map((name) => join(root, "prebuilds", name))
    .find((folder) => exists(join(folder, "lever.node")));
  const folder = process.env.LEVER_NATIVE ?? built;
  if (folder === undefined) throw new Error("there is no build for this machine; run `npm run build`");
  return folder;
}

/** Brings everything up to date. Says what it does on stderr; stdout stays free. */
export async function bringUpToDate() {
  for (const step of STEPS) {
    const state = fingerprint(step);
    const stamp = join(stamps, step.name.replaceAll(" ", "-"));
    if (read(stamp) === state && step.outputs.every((output) => exists(join(root, output)))) continue;
    const began = Date.now();
    process.stderr.write(`lever: setting up, ${step.name} ...\n`);
    rmSync(stamp, { force: true });
    for (const command of step.commands) await run(command);
    mkdirSync(stamps, { recursive: true });
    // Taken again: a step may rewrite an input of its own, such as a lock file.
    writeFileSync(stamp, fingerprint(step));
    process.stderr.write(`lever: ${step.name} ready in ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
  }
}

/** Runs a program in the checkout with its output on stderr. */
export function run([program, ...rest], { cwd = root, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { cwd, env, stdio: ["ignore", 2, 2] });
    child.once("error", (cause) =>
      reject(new Error(`${program} cannot be started: ${cause.message}${remedy(program)}`)),
    );
    child.once("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`\`${[program, ...rest].join(" ")}\` failed (${signal ?? `exit ${code}`})`));
    });
  });
}

function remedy(program) {
  return program === "cargo" ? "; install Rust (https://rustup.rs) and a C compiler" : "";
}

/** Size and time of every input: cheap enough for every start. */
function fingerprint({ inputs }) {
  const hash = createHash("sha256").update(process.version).update(process.arch);
  for (const file of inputs.flatMap(expand)) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${relative(root, file)}\0${mtimeMs}\0${size}\0`);
  }
  return hash.digest("hex");
}

/** `*` stands for one folder name, a closing `**` for all files below. */
function expand(pattern) {
  let found = [root];
  for (const part of pattern.split("/")) {
    if (part === "**") found = found.flatMap(filesBelow);
    else if (part === "*")
      found = found.flatMap((folder) =>
        children(folder)
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => join(folder, name)),
      );
    else found = found.map((folder) => join(folder, part)).filter(exists);
  }
  return found;
}

function filesBelow(folder) {
  return children(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "target" || entry.name === "node_modules" ? [] : filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

function children(folder) {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function exists(path) {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
