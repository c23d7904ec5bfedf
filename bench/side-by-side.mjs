// lever-runner beside what a user would take instead, in one go on one machine: node bench/side-by-side.mjs [--write] [--size N]
//
// Each of the others is optional. Packages are installed into a folder of this script's in the system's temporary one; programs
// are taken from PATH; MINILM_ONNX names the file of a MiniLM model. What is absent is skipped with a word.
// --write puts the table into docs/PERFORMANCE.md.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "..");
const DIMENSIONS = 128;
const QUERIES = 200;
const BWRAP = ["--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"];
const { values } = parseArgs({ options: { write: { type: "boolean" }, size: { type: "string", default: "10000" } } });
const size = Number(values.size);
const peers = join(tmpdir(), `lever-side-by-side-${process.getuid?.() ?? 0}`);
const work = mkdtempSync(join(tmpdir(), "lever-beside-"));
mkdirSync(peers, { recursive: true, mode: 0o700 });

const phrases = makePhrases(size);
const requests = Array.from({ length: QUERIES }, (_, n) =>
  phrases[(n * 7919) % size].split(" ").toReversed().join(" "),
);
const vectors = Array.from({ length: size }, (_, n) => makeVector(n + 1));
const asked = Array.from({ length: QUERIES }, (_, n) => makeVector(-n - 1));

const rows = [];
try {
  const { Lever } = createRequire(import.meta.url)(join(root, "packages/lever-runner/dist/index.cjs"));
  process.env.LEVER_HOME = join(work, "home");
  const lever = await Lever.open();
  const task = `find one of ${size.toLocaleString("en")}`;
  await measure(task, "lever-runner: read the request, embed, scan, decide", () => ourSearch(lever));
  await measure(task, "sqlite-vec, exact: scan of ready vectors", sqliteVec);
  await measure(task, "LanceDB, exact: scan of ready vectors", lanceDb);
  await measure(task, "hnswlib-node, approximate: search for ready vectors", hnsw);
  await measure(task, "fzf --filter: fuzzy match of the words, a process", fzf);
  await measure("turn a request into a vector", "MiniLM by onnxruntime-node, 8 tokens", miniLm);
  await measure("run `true`", "lever-runner: match, confine, run, record", () => ourRun(lever));
  await measure("run `true`", "bwrap --unshare-all", () => spawned("bwrap", ...BWRAP, "true"));
  await measure("run `true`", "bare", () => spawned("true"));
  lever.close();
} finally {
  rmSync(work, { recursive: true, force: true });
}
const table = describe();
process.stdout.write(`${table}\n`);
if (values.write) writeSection(join(root, "docs/PERFORMANCE.md"), table);

function ourSearch(lever) {
  const laid = lever.openTable({
    pack: join(root, "packages/lever-runner/pack"),
    module: join(root, "packages/lever-runner/dist/index.cjs"),
  });
  laid.lay(phrases.map((phrase, n) => ({ command: `./task.sh ${n}`, phrases: [phrase] })));
  return (n) => laid.rank(requests[n]);
}

async function sqliteVec() {
  const Database = await peer("better-sqlite3");
  const { load } = await peer("sqlite-vec");
  const database = new Database(":memory:");
  load(database);
  database.exec(`CREATE VIRTUAL TABLE v USING vec0(e float[${DIMENSIONS}])`);
  const insert = database.prepare("INSERT INTO v(rowid, e) VALUES (?, ?)");
  database.transaction(() => vectors.forEach((vector, n) => insert.run(BigInt(n + 1), Buffer.from(vector.buffer))))();
  const search = database.prepare("SELECT rowid FROM v WHERE e MATCH ? ORDER BY distance LIMIT 10");
  return (n) => search.all(Buffer.from(asked[n].buffer));
}

async function lanceDb() {
  const lance = await peer("@lancedb/lancedb");
  const database = await lance.connect(join(work, "lance"));
  const rowsOf = vectors.map((vector, id) => ({ id, vector: [...vector] }));
  const stored = await database.createTable("phrases", rowsOf);
  return (n) =>
    stored
      .search([...asked[n]])
      .limit(10)
      .toArray();
}

async function hnsw() {
  const { HierarchicalNSW } = await peer("hnswlib-node");
  const index = new HierarchicalNSW("ip", DIMENSIONS);
  index.initIndex(size);
  vectors.forEach((vector, n) => index.addPoint([...vector], n));
  return (n) => index.searchKnn([...asked[n]], 10);
}

async function miniLm() {
  const file = process.env.MINILM_ONNX;
  if (!file || !existsSync(file)) throw new Error("MINILM_ONNX names no file");
  const { InferenceSession, Tensor } = await peer("onnxruntime-node", "--ignore-scripts");
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
  const of = (value) => new Tensor("int64", BigInt64Array.from(value.map(BigInt)), [1, value.length]);
  return (n) => {
    const ids = [101, ...Array.from({ length: 6 }, (_, at) => 2000 + ((n * 31 + at) % 20_000)), 102];
    const feeds = { input_ids: of(ids), attention_mask: of(ids.map(() => 1)), token_type_ids: of(ids.map(() => 0)) };
    return session.run(Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]])));
  };
}

function fzf() {
  const input = phrases.join("\n");
  installed("fzf", "--version");
  return (n) => spawnSync("fzf", ["--filter", requests[n]], { input, stdio: ["pipe", "ignore", "ignore"] });
}

function ourRun(lever) {
  lever.teach({ phrase: "measure nothing at all", command: "true" });
  return () => lever.run("measure nothing at all");
}

function spawned(program, ...args) {
  installed(program, ...args);
  return () => spawnSync(program, args, { stdio: "ignore" });
}

function installed(program, ...args) {
  const { status, error } = spawnSync(program, args, { stdio: "ignore" });
  if (error || status !== 0) throw new Error(error ? `${program} is not installed` : `${program} does not work here`);
}

/** Installs a package where it is missing; its own install script may compile it, unless all is there without. */
async function peer(name, ...options) {
  if (!existsSync(join(peers, "node_modules", name))) {
    const npm = ["install", "--prefix", peers, "--no-audit", "--no-fund", "--loglevel=error", ...options, name];
    if (spawnSync("npm", npm, { stdio: "ignore" }).status !== 0) throw new Error("npm cannot install it here");
  }
  const require = createRequire(join(peers, "package.json"));
  const loaded = await import(pathToFileURL(require.resolve(name)).href);
  return loaded.default ?? loaded;
}

async function measure(task, name, prepare) {
  process.stderr.write(`${task}: ${name} ...\n`);
  let act;
  try {
    act = await prepare();
  } catch (error) {
    rows.push({ task, name, skipped: String(error.message).split("\n")[0] });
    return;
  }
  const samples = [];
  for (let n = -5; n < QUERIES; n += 1) {
    const began = performance.now();
    await act(Math.max(n, 0));
    if (n >= 0) samples.push((performance.now() - began) * 1000);
  }
  samples.sort((a, b) => a - b);
  rows.push({ task, name, least: samples[0], p50: samples[QUERIES / 2], p99: samples[Math.floor(QUERIES * 0.99)] });
}

function describe() {
  const time = (us) => (us < 1000 ? `${us.toPrecision(3)} µs` : `${(us / 1000).toPrecision(3)} ms`);
  const lines = rows.map(({ task, name, skipped, least, p50, p99 }) =>
    skipped === undefined
      ? `| ${task} | ${name} | ${time(least)} | ${time(p50)} | ${time(p99)} |`
      : `| ${task} | ${name} | skipped: ${skipped} | | |`,
  );
  const machine = `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores, Node ${process.versions.node}`;
  return [
    `\`node bench/side-by-side.mjs\` on ${new Date().toISOString().slice(0, 10)}: ${machine}, load ${loadavg()[0].toFixed(1)}.`,
    "",
    "| task | what | least | p50 | p99 |",
    "|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

/** Its own section of the page, between two marks. */
function writeSection(file, text) {
  const [open, close] = ["<!-- side by side -->", "<!-- /side by side -->"];
  const page = existsSync(file) ? readFileSync(file, "utf8") : "# Performance\n";
  const section = `${open}\n## Beside others\n\n${text}\n${close}\n`;
  const [start, end] = [page.indexOf(open), page.indexOf(close)];
  const whole =
    start >= 0 && end > start
      ? page.slice(0, start) + section + page.slice(end + close.length + 1)
      : `${page}\n${section}`;
  writeFileSync(file, whole);
}

function makePhrases(count) {
  const [verbs, things, wheres] = [
    "show list count check restart stop start copy find open clean sort",
    "logs jobs users tables images tickets orders hosts mails queues pods keys",
    "staging production billing archive night owner size today",
  ].map((words) => words.split(" "));
  return Array.from({ length: count }, (_, n) => {
    const [verb, thing] = [verbs[n % verbs.length], things[Math.floor(n / verbs.length) % things.length]];
    const where = wheres[Math.floor(n / (verbs.length * things.length)) % wheres.length];
    return `${verb} ${thing} of ${where} group ${Math.floor(n / (verbs.length * things.length * wheres.length))}`;
  });
}

/** A unit vector, the same at every run. */
function makeVector(seed) {
  let state = seed >>> 0;
  const vector = Float32Array.from({ length: DIMENSIONS }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
