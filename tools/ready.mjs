// `npm run ready`: what the continuous integration runs.
import { spawnSync } from "node:child_process";
import { root } from "./build-steps.mjs";

for (const script of ["tools/test.mjs", "tools/check.mjs"]) {
  const { status } = spawnSync(process.execPath, [script], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
