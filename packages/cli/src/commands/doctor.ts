import { accessSync, constants } from "node:fs";
import type { Lever } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import type { Finding } from "./finding.ts";
import { modelFindings } from "./model-findings.ts";
import { privacyFinding, shellFinding } from "./file-findings.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

export function doctor(program: Program, setExit: (code: number) => void): CommandModule<object, GlobalOptions> {
  return {
    command: "doctor",
    describe: "Check the installation",
    handler: (options) =>
      withLever(program, options, async ({ lever, palette, print, note }) => {
        const findings = [
          nodeFinding(),
          addonFinding(lever),
          storeFinding(lever),
          integrityFinding(lever),
          await sandboxFinding(lever),
          privacyFinding(lever),
          pathFinding(lever),
          shellFinding(lever),
          ...(await modelFindings(lever, note)),
        ];
        if (findings.some(({ state }) => state === "problem")) setExit(1);
        if (options.json) {
          print(JSON.stringify({ version: program.version, findings }));
          return;
        }
        const marks = { good: palette.good("ok  "), warning: palette.warn("warn"), problem: palette.bad("bad ") };
        for (const { name, state, message, remedy } of findings) {
          print(`${marks[state]} ${name.padEnd(9)} ${message}`);
          if (remedy !== null) print(palette.faint(`               ${remedy}`));
        }
      }),
  };
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const fits = major > 20 || (major === 20 && minor >= 19);
  return fits
    ? { name: "node", state: "good", message: process.version, remedy: null }
    : {
        name: "node",
        state: "problem",
        message: `${process.version} is too old`,
        remedy: "install Node 20.19 or newer",
      };
}

function addonFinding(lever: Lever): Finding {
  const { simd, embedder, version } = lever.facts();
  return { name: "addon", state: "good", message: `${version}, ${simd} scan, ${embedder} embedder`, remedy: null };
}

function storeFinding(lever: Lever): Finding {
  const { store, store_path: path, warning, schema_version: schema } = lever.facts();
  if (store === "disk") return { name: "store", state: "good", message: `${path}, schema ${schema}`, remedy: null };
  return {
    name: "store",
    state: "problem",
    message: warning ?? `${path} is ${store}`,
    remedy: "free space or make the folder writable; until then nothing is recorded",
  };
}

function integrityFinding(lever: Lever): Finding {
  const problems = lever.checkIntegrity();
  if (problems.length === 0) return { name: "data", state: "good", message: "sound", remedy: null };
  return { name: "data", state: "problem", message: problems[0] ?? "damaged", remedy: "restore a backup of the store" };
}

/** Runs `true` for real under the tightest permissions. */
async function sandboxFinding(lever: Lever): Promise<Finding> {
  const name = "sandbox";
  try {
    accessSync(lever.sandboxExecutable, constants.X_OK);
  } catch {
    return {
      name,
      state: "problem",
      message: `${lever.sandboxExecutable} is not executable`,
      remedy: "install lever-runner again",
    };
  }
  const probe = await lever.probeSandbox().catch((cause: unknown) => cause as Error);
  if (probe instanceof Error)
    return { name, state: "problem", message: probe.message, remedy: "install lever-runner again" };
  const { outcome, sandbox, error } = probe;
  if (outcome.exit_code !== 0) {
    return {
      name,
      state: "problem",
      message: error?.message ?? "a confined command did not run",
      remedy: error?.hint ?? "check the kernel's Landlock and seccomp",
    };
  }
  if (!sandbox.confined) {
    return {
      name,
      state: "warning",
      message: "off: commands run unconfined",
      remedy: "unset LEVER_SANDBOX to confine them again",
    };
  }
  const facts = [
    sandbox.landlock === null ? "no Landlock" : `Landlock ABI ${sandbox.landlock}`,
    sandbox.seccomp ? "seccomp" : "no seccomp",
    ...sandbox.weaker,
  ];
  return {
    name,
    state: sandbox.landlock === null ? "warning" : "good",
    message: facts.join(", "),
    remedy: sandbox.landlock === null ? "use a kernel with Landlock (5.13 or newer)" : null,
  };
}

function pathFinding(lever: Lever): Finding {
  const bad = (lever.environment.variables["PATH"] ?? "").split(":").filter((entry) => !entry.startsWith("/"));
  if (bad.length === 0) return { name: "path", state: "good", message: "absolute entries only", remedy: null };
  return {
    name: "path",
    state: "warning",
    message: "PATH has relative or empty entries; commands run without them",
    remedy: "remove them from your shell's start file",
  };
}
