import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { findExecutable, type Lever } from "@lever-runner/engine";
import type { Finding } from "./finding.ts";

const OTHERS = 0o077;

/** Whether what is yours can be read or changed by others. */
export function privacyFinding(lever: Lever): Finding {
  const name = "files";
  const { home } = lever.config.config;
  const { configFile } = lever.environment;
  const open = [home, join(home, "lever.db"), join(home, "api-tokens.json"), configFile].filter((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    // Settings may be read by anybody as long as they can't be changed by anybody.
    return found !== undefined && (found.mode & (path === configFile ? 0o022 : OTHERS)) !== 0;
  });
  const foreign = statSync(home, { throwIfNoEntry: false });
  if (foreign !== undefined && process.getuid !== undefined && foreign.uid !== process.getuid()) {
    return {
      name,
      state: "warning",
      message: `${home} belongs to another user`,
      remedy: "set LEVER_HOME to a folder of your own",
    };
  }
  if (open.length === 0) return { name, state: "good", message: "yours alone", remedy: null };
  return {
    name,
    state: "warning",
    message: `others can reach ${open.join(", ")}`,
    remedy: `chmod go-rwx ${open.map((path) => (/^[\w./-]+$/.test(path) ? path : `'${path}'`)).join(" ")}`,
  };
}

/** Which `lever` a shell finds, and whether a key is set up in it. */
export function shellFinding(lever: Lever): Finding {
  const name = "shell";
  const { variables } = lever.environment;
  const shell = basename(variables["SHELL"] ?? "");
  const folders = (variables["PATH"] ?? "").split(":").filter((folder) => folder.startsWith("/"));
  const first = findExecutable("lever", folders);
  const message = `${shell === "" ? "unknown" : shell}; ${first === undefined ? "no lever on PATH" : first}`;
  if (first === undefined) {
    return {
      name,
      state: "warning",
      message,
      remedy: "add the folder of lever to PATH; `npm prefix -g` shows where it is",
    };
  }
  return { name, state: "good", message, remedy: null };
}
