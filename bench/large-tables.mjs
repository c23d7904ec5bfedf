// Large tables searched in three ways, on the same vectors: every one scanned, in lists, and by hnswlib-node:
// node bench/large-tables.mjs [SIZE ..] (100000 300000 1000000)
//
// hnswlib-node is optional: it is installed (and compiled) into a folder of this script's in the system's temporary one, and
// skipped with a word where that cannot be. Its hits are scored again exactly, so what counts is how many of the right ones are
// among them.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const peers = join(tmpdir(), `lever-side-by-side-${process.getuid?.() ?? 0}`);
/** Hits that are scored again; as many as the scan's that a search looks at. */
const NEAREST = 128;
const BREADTHS = [128, 256, 512];
const ROUNDS = 3;

const sizes = process.argv.slice(2).map(Number);
const hnswlib = loadHnswlib();
for (const size of sizes.length > 0 ? sizes : [100_000, 300_000, 1_000_000]) {
  const folder = mkdtempSync(join(tmpdir(), "lever-large-"));
  try {
    compare(size, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compare(size, folder) {
  const cargo = [
    "run",
    "--release",
    "--quiet",
    "-p",
    "lever-bench",
    "--example",
    "vectors",
    "--",
    String(size),
    folder,
  ];
  const options = { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28, stdio: ["ignore", "pipe", "inherit"] };
  const exact = JSON.parse(execFileSync("cargo", cargo, options));
  const { phrases, commands, dims, lists } = exact;
  const nearest = exact.nearest.map((rows) => rows.slice(0, 10));
  process.stdout.write(
    `${phrases} phrases, ${commands} commands: exact scan of both p50 ${exact.p50_us.toFixed(0)} us, ${exact.megabytes.toFixed(0)} MB\n`,
  );
  if (lists.count > 0) {
    process.stdout.write(
      `  in ${lists.count} lists: arranged in ${lists.arranged_seconds.toFixed(2)} s, p50 ${lists.p50_us.toFixed(0)} us, ` +
        `recall@1 ${lists.recall_1.toFixed(3)}, recall@10 ${lists.recall_10.toFixed(3)}\n`,
    );
  }
  if (!hnswlib) return;
  const [rows, asked] = ["phrases", "requests"].map((name) => readRows(join(folder, `${name}.f32`), dims));
  const before = process.memoryUsage.rss();
  const began = performance.now();
  const index = new hnswlib.HierarchicalNSW("ip", dims);
  index.initIndex(phrases);
  for (let row = 0; row < phrases; row += 1) index.addPoint(Array.from(rows(row)), row);
  const seconds = (performance.now() - began) / 1e3;
  const megabytes = (process.memoryUsage.rss() - before) / 1e6;
  const file = join(folder, "index");
  const opened = openAgain(index, file, dims);
  process.stdout.write(
    `  hnswlib-node, phrases alone: built in ${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MB more, opened from its file in ${opened.toFixed(0)} ms\n`,
  );
  for (const breadth of BREADTHS) {
    index.setEf(breadth);
    const times = [];
    let [first, ten] = [0, 0];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [at, right] of nearest.entries()) {
        const query = Array.from(asked(at));
        const start = performance.now();
        const { neighbors } = index.searchKnn(query, Math.min(NEAREST, phrases));
        times.push((performance.now() - start) * 1e3);
        if (round > 0) continue;
        const found = new Set(neighbors);
        first += found.has(right[0]);
        ten += right.filter((row) => found.has(row)).length / right.length;
      }
    }
    times.sort((a, b) => a - b);
    const share = (count) => (count / nearest.length).toFixed(3);
    process.stdout.write(
      `  ef ${breadth}: p50 ${times[times.length >> 1].toFixed(0)} us, recall@1 ${share(first)}, recall@10 ${share(ten)}\n`,
    );
  }
}

function openAgain(index, file, dims) {
  index.writeIndexSync(file);
  const began = performance.now();
  new hnswlib.HierarchicalNSW("ip", dims).readIndexSync(file);
  return performance.now() - began;
}

/** A function that gives a row of the file. */
function readRows(file, dims) {
  const bytes = readFileSync(file);
  const numbers = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return (row) => numbers.subarray(row * dims, (row + 1) * dims);
}

function loadHnswlib() {
  const name = "hnswlib-node";
  if (!existsSync(join(peers, "node_modules", name))) {
    mkdirSync(peers, { recursive: true, mode: 0o700 });
    const npm = ["install", "--prefix", peers, "--no-audit", "--no-fund", "--loglevel=error", name];
    spawnSync("npm", npm, { stdio: "ignore" });
  }
  try {
    return createRequire(join(peers, "package.json"))(name);
  } catch (error) {
    process.stderr.write(`hnswlib-node is skipped: ${String(error.message).split("\n")[0]}\n`);
    return null;
  }
}
