// What confining a run costs: the launcher over a bare start of the same program, in turn in one run.
// Run after `npm run build`: node bench/launcher.mjs [runs]
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nativeFolder, root } from "../tools/build-steps.mjs";

const runs = process.argv[2] ?? "400";
const folder = mkdtempSync(join(tmpdir(), "lever-bench-"));
const native = nativeFolder();

/** The least that confines. */
function smallestPolicy() {
  const file = join(folder, "smallest.json");
  const env = { PATH: "/usr/bin:/bin" };
  const policy = { version: 1, argv: ["true"], cwd: "/", env, mode: "captured", scratch: { root: tmpdir() } };
  writeFileSync(file, JSON.stringify({ ...policy, confine: "on" }));
  return file;
}

/** The policy that the engine itself sends for a request, taken down by a stand-in for the launcher. */
function ownPolicy(request) {
  const standIn = join(folder, "stand-in");
  mkdirSync(standIn);
  symlinkSync(join(native, "lever.node"), join(standIn, "lever.node"));
  const file = join(folder, "own.json");
  writeFileSync(join(standIn, "lever-sandbox"), `#!/bin/sh\n/bin/cat <&3 >${file}\n`, { mode: 0o755 });
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    LEVER_HOME: join(folder, "store"),
    LEVER_NATIVE: standIn,
  };
  spawnSync(process.execPath, [join(root, "packages/lever-runner/bin/lever.cjs"), request], { env, stdio: "ignore" });
  return file;
}

try {
  const example = ["run", "--quiet", "--release", "-p", "lever-bench", "--example", "launcher", "--"];
  const policies = [smallestPolicy(), ownPolicy("check disk usage")];
  const { status } = spawnSync("cargo", [...example, join(native, "lever-sandbox"), runs, ...policies], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
