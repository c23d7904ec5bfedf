// Builds the addon and the sandbox executable for this machine into prebuilds/.
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

// The launcher starts at every run: linked statically it starts faster. Where the C library has no static form, dynamically.
const launcher = ["cargo", "rustc", "--release", "--locked", "-p", "lever-sandbox", "--bin", "lever-sandbox"];
await run([...launcher, "--", "-C", "target-feature=+crt-static", "-C", "relocation-model=static"]).catch(() =>
  run(launcher),
);
await run([
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
]);
place(join(root, "target/release/lever-sandbox"), join(folder, "lever-sandbox"));
chmodSync(join(folder, "lever-sandbox"), 0o755);

/** Replaced in one step, so that a process that has the old file mapped keeps it whole. */
function place(from, to) {
  copyFileSync(from, `${to}.new`);
  renameSync(`${to}.new`, to);
}
