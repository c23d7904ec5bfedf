// Builds the addon and the sandbox executable for this machine into prebuilds/.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./build-steps.mjs";

const libc =
  process.platform !== "linux"
    ? ""
    : existsSync(`/lib/ld-musl-${process.arch === "x64" ? "x86_64" : "aarch64"}.so.1`)
      ? "-musl"
      : "-gnu";
const platform = `${process.platform}-${process.arch}${libc}`;
const folder = join(root, "prebuilds", platform);
mkdirSync(folder, { recursive: true });

const launcher = await buildLauncher();
// Nothing unwinds through C, so its tables for that would only be carried about.
const NO_UNWINDING = "-fno-asynchronous-unwind-tables -fno-unwind-tables";
await run(
  [
    join(root, "node_modules/.bin/napi"),
    "build",
    "--release",
    "--manifest-path",
    "crates/lever-node/Cargo.toml",
    "--package-json-path",
    "packages/native/package.json",
    "--no-js",
    "--output-dir",
    folder,
    "--",
    "--locked",
  ],
  { env: { ...process.env, CFLAGS: `${process.env.CFLAGS ?? ""} ${NO_UNWINDING}` } },
);
place(launcher, join(folder, "lever-sandbox"));
chmodSync(join(folder, "lever-sandbox"), 0o755);

/**
 * The launcher starts at every run: linked statically it starts faster, and musl's static form is half as large as glibc's.
 * Where a compiler has no musl, glibc's; where that has no static form, dynamically.
 */
async function buildLauncher() {
  const cargo = ["cargo", "rustc", "--release", "--locked", "-p", "lever-sandbox", "--bin", "lever-sandbox"];
  const fixed = [
    "-C",
    "target-feature=+crt-static",
    "-C",
    "relocation-model=static",
    "-C",
    "link-arg=-Wl,-z,noseparate-code",
  ];
  const musl = `${process.arch === "x64" ? "x86_64" : "aarch64"}-unknown-linux-musl`;
  const made = (...below) => join(root, "target", ...below, "release/lever-sandbox");
  if (process.platform === "linux" && hasTarget(musl)) {
    await run([...cargo, "--target", musl, "--", ...fixed]);
    // What musl itself brings along keeps its symbols otherwise; where nothing strips them they do no harm.
    spawnSync("strip", [made(musl)], { stdio: "ignore" });
    return made(musl);
  }
  await run([...cargo, "--", ...fixed]).catch(() => run(cargo));
  return made();
}

function hasTarget(target) {
  const { stdout } = spawnSync("rustc", ["--print", "target-libdir", "--target", target], {
    cwd: root,
    encoding: "utf8",
  });
  return (
    existsSync(stdout?.trim() || "/nonexistent") ||
    spawnSync("rustup", ["target", "add", target], { cwd: root, stdio: "ignore" }).status === 0
  );
}

/** Replaced in one step, so that a process that has the old file mapped keeps it whole. */
function place(from, to) {
  copyFileSync(from, `${to}.new`);
  renameSync(`${to}.new`, to);
}
