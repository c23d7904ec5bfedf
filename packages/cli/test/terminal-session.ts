import { spawn } from "node:child_process";
import { BIN, type Person } from "./lever.ts";

export interface Typed {
  /** Typed once this is on the screen; null after two seconds. */
  after: string | null;
  keys: string;
}

export interface Screen {
  screen: string;
  code: number | null;
}

/** Runs the command line on a terminal of its own, `before` in its shell first, and types, one thing after another. */
export function atTerminal(
  person: Person,
  args: readonly string[],
  folder: string,
  typed: readonly Typed[],
  before = "",
): Promise<Screen> {
  return new Promise((resolve) => {
    const line = `stty cols 100; ${before} exec ${[process.execPath, BIN, ...args].map(quote).join(" ")}`;
    const child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"], {
      cwd: folder,
      env: { ...person.environment, TERM: "xterm", SHELL: "/bin/sh" },
      stdio: "pipe",
    });
    const left = [...typed];
    let screen = "";
    let seen = 0;
    const send = (): void => {
      const next = left.shift();
      if (next !== undefined) setTimeout(() => child.stdin.write(next.keys), 300);
      seen = screen.length;
    };
    if (left[0]?.after === null) setTimeout(send, 2_000);
    child.stdin.on("error", () => {});
    child.stdout.on("data", (chunk: Buffer) => {
      screen += chunk.toString();
      const next = left[0];
      if (next !== undefined && next.after !== null && screen.slice(seen).includes(next.after)) send();
    });
    child.once("close", (code) => resolve({ screen, code }));
  });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
