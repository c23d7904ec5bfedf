// What one crossing from JavaScript into the core costs: an empty call, and a match beside the time that Rust itself took.
// A match is measured as the engine gets it: from its words to the object.
// Run after `npm run build`: node bench/boundary.mjs
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { nativeFolder, root } from "../tools/build-steps.mjs";

const folder = nativeFolder();
const home = mkdtempSync(join(tmpdir(), "lever-bench-"));
const { buildSync } = createRequire(join(root, "package.json"))("esbuild");
const bundle = join(home, "native.mjs");
buildSync({
  entryPoints: [join(root, "packages/native/src/index.ts")],
  bundle: true,
  platform: "node",
  format: "esm",
  outfile: bundle,
  logLevel: "warning",
});
const { loadNative } = await import(pathToFileURL(bundle).href);
const addon = loadNative({ override: folder, from: import.meta.filename });
const options = {
  home,
  namespace: "default",
  seed: true,
  embedder: "auto",
  pack: join(root, "packages/lever-runner/pack"),
  platform: "linux",
  trust: { new: 50, success: 1.5, failure: 4, floor: 40 },
};
const core = addon.openCore(options);

/** Best of several rounds, so that other work on the machine counts least. Nanoseconds a call. */
function time(calls, run) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 7; round += 1) {
    const began = process.hrtime.bigint();
    for (let call = 0; call < calls; call += 1) run();
    best = Math.min(best, Number(process.hrtime.bigint() - began) / calls);
  }
  return best;
}

/** Of the same calls: all of their time, and what Rust says it took of that. The round with the least between them. */
function timeMatch(calls, run) {
  let best = { whole: Number.POSITIVE_INFINITY, inside: 0 };
  for (let round = 0; round < 100; round += 1) {
    let inside = 0;
    const began = process.hrtime.bigint();
    for (let call = 0; call < calls; call += 1) inside += run().took_us * 1000;
    const whole = Number(process.hrtime.bigint() - began) / calls;
    inside /= calls;
    if (whole - inside < best.whole - best.inside) best = { whole, inside };
  }
  return best;
}

const print = (name, ns) => process.stdout.write(`${name.padEnd(44)} ${(ns / 1000).toFixed(2).padStart(8)} us\n`);
try {
  print(
    "empty call",
    time(200_000, () => addon.ping()),
  );
  for (const [gate, request] of [
    ["matchTemplate", "check disk usage"],
    ["matchSemantic", "hows the disk doing on this machine"],
  ]) {
    const { whole, inside } = timeMatch(2_000, () => core[gate]("default", request, false));
    print(`${gate} "${request}"`, whole);
    print("  of which in Rust", inside);
    print("  over Rust", whole - inside);
  }
} finally {
  core.close();
  rmSync(home, { recursive: true, force: true });
}
