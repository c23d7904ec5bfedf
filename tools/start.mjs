// `npm start -- "request"`: sets the checkout up where needed, then runs the command line in the caller's folder.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { bringUpToDate, root } from "./build-steps.mjs";

try {
  await bringUpToDate();
} catch (error) {
  process.stderr.write(`lever: the set-up failed: ${error.message}\n`);
  process.exit(125);
}

// npm has moved to the package's folder; the person's own is in INIT_CWD. npm's other variables are not the command's business.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/i.test(name)));
const child = spawn(process.execPath, [join(root, "packages/lever-runner/bin/lever.cjs"), ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
  env,
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.once("exit", (code, signal) => {
  if (signal === null) process.exitCode = code ?? 125;
  else process.kill(process.pid, signal);
});
