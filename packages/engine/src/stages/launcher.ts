import { close, read } from "node:fs";
import type { Duplex, Readable } from "node:stream";
import { LeverError } from "../errors.ts";
import type { OutputMode } from "../request.ts";

/** `lever-sandbox` at work on one run. */
export interface Launcher {
  /** The first line of its report, or all that came where it ended before that. */
  report: Promise<string>;
  /** What the command writes; null where it writes to the streams of this process. */
  stdout: Readable | null;
  stderr: Readable | null;
  /** Breaks the run off. */
  interrupt(): void;
}

/** The executable, and how a native call starts it with the streams of this process: its process and its report's file. */
export interface LauncherPlace {
  executable: string;
  launch(executable: string, policy: string): [process: number, report: number];
}

const REPORT_CHUNK = 64 * 1024;

/** @throws LeverError `sandbox_failed` where it cannot be started. */
export function startLauncher(place: LauncherPlace, mode: OutputMode, policy: string): Promise<Launcher> {
  return mode === "terminal" ? launchAtTerminal(place, policy) : launchCaptured(place.executable, policy);
}

/**
 * A start of lever for one request is short, and Node's own way to start a process loads more than all of lever and copies
 * this process's memory map. One file to wait for is all that a run at a terminal needs.
 */
async function launchAtTerminal(place: LauncherPlace, policy: string): Promise<Launcher> {
  const [pid, file] = place.launch(place.executable, `${policy}\n`);
  return {
    report: firstLineOf(file),
    stdout: null,
    stderr: null,
    interrupt: () => {
      try {
        process.kill(pid, "SIGINT");
      } catch {
        // It has ended by itself.
      }
    },
  };
}

async function firstLineOf(file: number): Promise<string> {
  const chunk = Buffer.allocUnsafe(REPORT_CHUNK);
  const chunks: Buffer[] = [];
  const next = (): Promise<number> =>
    new Promise((resolve, reject) => {
      read(file, chunk, 0, REPORT_CHUNK, null, (error, length) => {
        if (error === null) resolve(length);
        else reject(error);
      });
    });
  try {
    for (let length = await next(); length > 0; length = await next()) {
      chunks.push(Buffer.from(chunk.subarray(0, length)));
      if (chunks.at(-1)?.includes("\n")) break;
    }
  } finally {
    close(file, () => {});
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function launchCaptured(executable: string, policy: string): Promise<Launcher> {
  const { spawn } = await import("node:child_process");
  const child = spawn(executable, [], { stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"], env: {}, cwd: "/" });
  const started = new Promise<never>((_, reject) => {
    child.once("error", (cause) => {
      const hint = "`lever doctor` checks the installation";
      reject(new LeverError("sandbox_failed", `lever-sandbox cannot be started: ${cause.message}`, { hint, cause }));
    });
  });
  const policyPipe = child.stdio[3] as Duplex;
  policyPipe.on("error", () => {
    // The launcher ended before it read the policy; its exit says so.
  });
  policyPipe.end(`${policy}\n`);
  // The report comes before the launcher has tidied up after the run; nobody need wait for that.
  const report = Promise.race([firstLine(child.stdio[4] as Readable), started]).finally(() => {
    child.unref();
  });
  return {
    report,
    stdout: child.stdout,
    stderr: child.stderr,
    interrupt: () => {
      child.kill("SIGINT");
    },
  };
}

async function firstLine(stream: Readable): Promise<string> {
  let text = "";
  stream.setEncoding("utf8");
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes("\n")) break;
  }
  return text;
}
