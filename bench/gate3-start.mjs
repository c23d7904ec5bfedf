// What gate 3 costs a request beside the model itself: whole processes, in pairs, on a request that nobody finds.
//   node bench/gate3-start.mjs [ROUNDS=15]     needs a built command line (npm start -- --version)
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = (file) => JSON.stringify(join(root, `packages/lever-runner/dist/${file}.cjs`));
const rounds = Number(process.argv[2] ?? 15);
const home = mkdtempSync(join(tmpdir(), "lever-gate3-"));
const REQUEST = "zorble the quantum flange gently";
const base = { PATH: process.env.PATH, HOME: home, LEVER_HOME: home, LEVER_SEED: "off" };
// Nobody listens there.
const dead = { ...base, LLM_BACKEND: "ollama", LLM_MODEL: "none", LLM_OLLAMA_BASE_URL: "http://127.0.0.1:61999" };

const runs = {
  "no model set": () => lever(base),
  "settings read, no model": () => lever({ ...dead, LLM_BACKEND: "passthrough" }),
  "dead backend, left alone": () => lever(dead),
};
lever(dead);
const times = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
for (let round = 0; round < rounds; round += 1) for (const [name, run] of Object.entries(runs)) times[name].push(run());
for (const [name, list] of Object.entries(times)) report(name, list);
const pairs = times["dead backend, left alone"].map((time, at) => time - times["settings read, no model"][at]);
report("left alone, over settings read", pairs);

// Processor time does not count who else is on the machine.
const cpu =
  "const cpu = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000 }; const began = cpu();";
const settings = { chain: [{ wire: "ollama", model: "none", baseUrl: dead.LLM_OLLAMA_BASE_URL, apiKey: null }] };
Object.assign(settings, { timeoutMs: 5000, stateFile: join(home, "models.json"), identity: [] });
inProcess(
  "left alone, in the process",
  `require(${dist("models")}).openModels(${JSON.stringify(settings)}).rephrase(${JSON.stringify(REQUEST)}, {})
    .then(({ calls }) => { if (calls[0].outcome !== "resting") throw new Error(calls[0].outcome); console.log(cpu() - began) })`,
);
for (const file of ["wire-ollama", "wire-openai", "wire-anthropic"])
  inProcess(`loading ${file}`, `require(${dist(file)}); console.log(cpu() - began)`);
rmSync(home, { recursive: true, force: true });

function lever(env) {
  // A fresh rest for each run: the state must not expire during a long measurement.
  if (env === dead) writeState();
  const began = performance.now();
  spawnSync(process.execPath, [join(root, "packages/lever-runner/bin/lever.cjs"), REQUEST], { env });
  return performance.now() - began;
}

/** Keeps what the first run wrote, with a time that is not over. */
function writeState() {
  const file = join(home, "models.json");
  const stored = spawnSync("cat", [file], { encoding: "utf8" }).stdout;
  if (stored === "") return;
  const entries = JSON.parse(stored);
  for (const entry of Object.values(entries)) entry.until = Date.now() + 20_000;
  writeFileSync(file, JSON.stringify(entries));
}

function report(name, list) {
  const sorted = list.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  process.stdout.write(`${name.padEnd(42)} median ${median.toFixed(1)} ms, minimum ${sorted[0].toFixed(1)} ms\n`);
}

function inProcess(name, code) {
  const list = Array.from({ length: rounds }, () => {
    writeState();
    return Number(spawnSync(process.execPath, ["-e", cpu + code], { encoding: "utf8" }).stdout);
  });
  report(`${name}, processor`, list);
}
