import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const BIN = fileURLToPath(new URL("../../lever-runner/bin/lever.cjs", import.meta.url));

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface LeverOptions {
  cwd?: string;
  env?: Record<string, string>;
  input?: string | Buffer;
  /** Called with the process once it runs. */
  during?: (pid: number) => void | Promise<void>;
}

const folders: string[] = [];
afterAll(() => {
  // A shell that is ending may still write its history.
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A fresh folder, removed after the file's tests. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lever-test-"));
  folders.push(folder);
  return folder;
}

/** A person with a home of their own, and the built command line. */
export class Person {
  readonly home: string;
  readonly store: string;
  readonly environment: Record<string, string>;

  constructor(env: Record<string, string> = {}) {
    this.home = makeFolder();
    this.store = join(this.home, "lever");
    mkdirSync(this.store, { mode: 0o700 });
    this.environment = {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: this.home,
      LEVER_HOME: this.store,
      LANG: "C.UTF-8",
      ...(process.env["LEVER_NATIVE"] === undefined ? {} : { LEVER_NATIVE: process.env["LEVER_NATIVE"] }),
      ...env,
    };
  }

  /** Runs the command line to its end. stdin is empty unless given; there is no terminal. */
  lever(args: readonly string[], options: LeverOptions = {}): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [BIN, ...args], {
        cwd: options.cwd ?? this.home,
        env: { ...this.environment, ...options.env },
        stdio: "pipe",
        detached: true,
      });
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
      child.stdin.on("error", () => {});
      child.stdin.end(options.input ?? "");
      child.once("error", reject);
      child.once("close", (code, signal) => {
        resolve({ code, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
      });
      if (options.during !== undefined && child.pid !== undefined) void options.during(child.pid);
    });
  }

  /** Runs with --json and gives the record. */
  async ask(request: string, ...args: string[]): Promise<Record<string, never> & { [key: string]: never }> {
    const { stdout, stderr } = await this.lever([request, "--json", ...args]);
    try {
      return JSON.parse(stdout) as never;
    } catch {
      throw new Error(`no record: ${stdout}${stderr}`);
    }
  }

  /** Teaches and fails the test where that is refused. */
  async teach(phrase: string, command: string, ...args: string[]): Promise<Ended> {
    const ended = await this.lever(["teach", phrase, "--command", command, ...args]);
    if (ended.code !== 0) throw new Error(`teach failed: ${ended.stderr}${ended.stdout}`);
    return ended;
  }
}
