import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Installation, Lever } from "@lever-runner/engine";
import { type Figure, summarise } from "./figures.ts";
import { makeEntries, REQUESTS } from "./workload.ts";

/** One measurement: a name for the progress bar and what it yields. */
export interface Measurement {
  name: string;
  run: () => Promise<Figure[]> | Figure[];
}

const EXACT = "check disk usage";
const MEANT = "how much room is left on my drive";
const SIZES = [67, 1_000, 10_000, 100_000];
const now = (): number => performance.now();

/** Everything that is measured, in order. The store is one of its own, in a temporary folder: `home`. */
export function measurements(lever: Lever, installation: Installation, home: string, bin: string): Measurement[] {
  return [
    { name: "template match", run: () => repeat("template match (gate 1)", "us", 20_000, () => lever.rank(EXACT)) },
    {
      name: "semantic match",
      run: () => repeat("semantic match (gate 2), built-ins", "us", 5_000, () => lever.rank(MEANT)),
    },
    ...SIZES.map((size) => ({
      name: `${size} phrases`,
      run: () => searchIn(lever, installation, size),
    })),
    { name: "teach", run: () => teachMany(lever) },
    { name: "runs", run: () => runMany(lever) },
    { name: "cold starts", run: () => coldStarts(home, bin) },
    { name: "accuracy", run: () => [askAll(lever)] },
  ];
}

function repeat(name: string, unit: "us", count: number, work: () => unknown): Figure[] {
  for (let warm = 0; warm < count / 10; warm += 1) work();
  const samples = Array.from({ length: count }, () => {
    const began = now();
    work();
    return (now() - began) * 1000;
  });
  return [summarise(name, unit, samples)];
}

function searchIn(lever: Lever, installation: Installation, size: number): Figure[] {
  const table = lever.openTable(installation);
  try {
    table.lay(makeEntries(size));
    return repeat(`search among ${size.toLocaleString("en")} phrases`, "us", size > 10_000 ? 200 : 1_000, () =>
      table.rank(MEANT),
    );
  } finally {
    table.close();
  }
}

function teachMany(lever: Lever): Figure[] {
  const samples = Array.from({ length: 50 }, (_, n) => {
    const began = now();
    lever.teach({ phrase: `measure number ${n}`, command: `echo ${n}` });
    return now() - began;
  });
  return [summarise("teach, on disk", "ms", samples)];
}

/** A confined run of `true` beside a bare start of it, in turn. */
async function runMany(lever: Lever): Promise<Figure[]> {
  lever.teach({ phrase: "measure nothing at all", command: "true" });
  const [confined, bare]: [number[], number[]] = [[], []];
  for (let n = -3; n < 40; n += 1) {
    const began = now();
    await lever.run("measure nothing at all");
    const between = now();
    await ended("true", [], {});
    if (n < 0) continue;
    confined.push(between - began);
    bare.push(now() - between);
  }
  return [summarise("run of `true`, confined", "ms", confined), summarise("start of `true`, bare", "ms", bare)];
}

/** Whole processes, in turn. */
async function coldStarts(home: string, bin: string): Promise<Figure[]> {
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home, LEVER_HOME: join(home, "cold") };
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let n = -2; n < 15; n += 1) {
    const began = now();
    await ended(process.execPath, [bin, EXACT], env);
    const between = now();
    await ended(process.execPath, ["-e", "0"], env);
    if (n < 0) continue;
    ours.push(between - began);
    bare.push(now() - between);
  }
  return [summarise(`lever "${EXACT}", cold`, "ms", ours), summarise("node -e 0", "ms", bare)];
}

function askAll(lever: Lever): Figure {
  const right = REQUESTS.map(([text, id]) => (lever.rank(text).candidates[0]?.command_id === id ? 100 : 0));
  const share = right.reduce<number>((sum, value) => sum + value, 0) / right.length;
  return { name: "right command shown first", unit: "%", p50: share, p99: share, count: right.length };
}

function ended(program: string, args: readonly string[], env: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "ignore", env });
    child.once("error", reject);
    child.once("close", () => resolve());
  });
}

/** How much longer the slowest of equal pieces of work takes than the middle one. */
export function measureNoise(): number {
  const samples = Array.from({ length: 40 }, () => {
    const began = now();
    let sum = 0;
    for (let n = 0; n < 2_000_000; n += 1) sum = (sum * 31 + n) | 0;
    return now() - began + (sum === 0.5 ? 1 : 0);
  }).toSorted((a, b) => a - b);
  return (samples.at(-3) ?? 1) / (samples[0] ?? 1);
}

/** Opens a store of its own, gives it to `use`, and leaves nothing behind. */
export async function withTemporaryStore<T>(
  installation: Installation,
  use: (lever: Lever, home: string) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), "lever-bench-"));
  try {
    await using lever = await Lever.open(installation, { home: join(home, "store") });
    return await use(lever, home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
