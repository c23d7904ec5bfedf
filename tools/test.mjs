// `npm test`: sets the checkout up where needed, then runs every suite and adds up what they counted.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bringUpToDate, root } from "./build-steps.mjs";

/** Each suite ends its output with counts of its own form. */
const SUITES = [
  {
    name: "Rust",
    command: ["cargo", "test", "--workspace", "--locked", "--no-fail-fast"],
    count: (line) => {
      const found = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/.exec(line);
      return found && { passed: +found[1], failed: +found[2], skipped: +found[3] };
    },
  },
  {
    name: "TypeScript and end to end",
    command: [join(root, "node_modules/.bin/vitest"), "run"],
    count: (line) => {
      const found = /^\s*Tests\s+(.*)\(\d+\)/.exec(line);
      if (!found) return null;
      const of = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(found[1])?.[1] ?? 0);
      return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") };
    },
  },
  {
    name: "tools",
    // By name: left to itself, Node would take this very file for a test.
    command: [process.execPath, "--test", "--test-reporter=tap", ...toolTests()],
    count: (line) => {
      const found = /^# (pass|fail|skipped) (\d+)$/.exec(line);
      if (!found) return null;
      const key = { pass: "passed", fail: "failed", skipped: "skipped" }[found[1]];
      return { passed: 0, failed: 0, skipped: 0, [key]: Number(found[2]) };
    },
  },
];

function toolTests() {
  return readdirSync(join(root, "tools"))
    .filter((name) => name.endsWith(".test.mjs"))
    .map((name) => join(root, "tools", name));
}

const totals = { passed: 0, failed: 0, skipped: 0 };
try {
  await bringUpToDate();
  for (const suite of SUITES) add(await runSuite(suite));
} catch (error) {
  process.stderr.write(`lever: ${error.message}\n`);
  totals.failed += 1;
}
mkdirSync(join(root, ".lever-build"), { recursive: true });
writeFileSync(join(root, ".lever-build/test-counts.json"), JSON.stringify(totals));
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exitCode = totals.failed > 0 ? 1 : 0;

function add(counts) {
  for (const key of Object.keys(totals)) totals[key] += counts[key];
}

/** Streams a suite's output through and reads its counts; a suite that breaks without counting counts as one failure. */
function runSuite({ name, command: [program, ...rest], count }) {
  process.stdout.write(`\n== ${name}\n`);
  return new Promise((resolve, reject) => {
    const env = { ...process.env, FORCE_COLOR: "0", NO_COLOR: "1", CARGO_TERM_COLOR: "never" };
    const child = spawn(program, rest, { cwd: root, env, stdio: ["ignore", "pipe", 2] });
    const counts = { passed: 0, failed: 0, skipped: 0 };
    let unfinished = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (chunk) => {
      process.stdout.write(chunk);
      const lines = (unfinished + chunk).split("\n");
      unfinished = lines.pop() ?? "";
      for (const line of lines) {
        const found = count(line);
        if (found) for (const key of Object.keys(counts)) counts[key] += found[key];
      }
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code !== 0 && counts.failed === 0) {
        process.stdout.write(`${name}: ended with ${code} before it had counted a failure\n`);
        counts.failed = 1;
      }
      resolve(counts);
    });
  });
}
