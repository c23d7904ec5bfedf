// How long a whole request takes from a cold process, beside `node -e 0` and the command itself, in turn in one run.
// Run after `npm run build`: node bench/cold-start.mjs [runs]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../tools/build-steps.mjs";

const runs = Number(process.argv[2] ?? 20);
const home = mkdtempSync(join(tmpdir(), "lever-bench-"));
const bin = join(root, "packages/lever-runner/bin/lever.cjs");
const env = { PATH: process.env.PATH, HOME: home };

const subjects = {
  "node -e 0": { program: process.execPath, args: ["-e", "0"] },
  "df -h": { program: "df", args: ["-h"] },
  'lever "check disk usage"': { program: process.execPath, args: [bin, "check disk usage"] },
};

function milliseconds({ program, args }) {
  const began = process.hrtime.bigint();
  const ended = spawnSync(program, args, { env, stdio: "ignore" });
  const took = Number(process.hrtime.bigint() - began) / 1e6;
  if (ended.status !== 0) throw new Error(`${program} ended with ${ended.status ?? ended.signal}`);
  return took;
}

const times = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
try {
  for (let run = -2; run < runs; run += 1) {
    for (const [name, subject] of Object.entries(subjects)) {
      const took = milliseconds(subject);
      if (run >= 0) times[name].push(took);
    }
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
process.stdout.write(`${runs} runs each, in turn; milliseconds\n${"".padEnd(42)}      min   median\n`);
for (const [name, values] of Object.entries(times)) {
  process.stdout.write(
    `${name.padEnd(42)} ${Math.min(...values)
      .toFixed(2)
      .padStart(8)} ${median(values).toFixed(2).padStart(8)}\n`,
  );
}
const over = (name, ...bases) => {
  const difference = times[name].map((value, run) => value - bases.reduce((sum, base) => sum + times[base][run], 0));
  process.stdout.write(`${name} over ${bases.join(" and ")}: median ${median(difference).toFixed(2)} ms\n`);
};
over('lever "check disk usage"', "node -e 0", "df -h");
