// Lint, format and type checks; each counts as one. Ends with the totals of these and of the tests before them.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./build-steps.mjs";

const bin = (name) => join(root, "node_modules/.bin", name);
const CHECKS = [
  ["types", bin("tsc"), "--noEmit", "-p", "tsconfig.json"],
  ["lint", bin("oxlint"), "--deny-warnings"],
  ["format", bin("oxfmt"), "--check"],
  ["Rust lint", "cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
  ["Rust format", "cargo", "fmt", "--all", "--check"],
  ["scripts and workflows", "node", "tools/check-scripts.mjs"],
  ["purity of the core", "node", "tools/check-core-purity.mjs"],
];

const totals = readTestCounts();
for (const [name, program, ...rest] of CHECKS) {
  const { status, error } = spawnSync(program, rest, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const good = status === 0;
  process.stdout.write(`${good ? "ok  " : "FAIL"} ${name}${error ? `: ${error.message}` : ""}\n`);
  totals[good ? "passed" : "failed"] += 1;
}
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`);
process.exitCode = totals.failed > 0 ? 1 : 0;

function readTestCounts() {
  try {
    return JSON.parse(readFileSync(join(root, ".lever-build/test-counts.json"), "utf8"));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
