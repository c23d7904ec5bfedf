import { execFileSync } from "node:child_process";
import { mkdtempSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { BIN, type Person } from "./lever.ts";

const PATIENCE_MS = 20_000;

export function isInstalled(program: string): boolean {
  try {
    execFileSync(program, [program === "tmux" ? "-V" : "--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A shell on a terminal of its own, in which `lever` is found on PATH. */
export class TmuxSession {
  readonly #socket: string;
  readonly #environment: Record<string, string>;

  constructor(person: Person, command: string) {
    // A folder for each: two shells of one person have two terminals.
    const folder = mkdtempSync(join(person.home, "session-"));
    symlinkSync(BIN, join(folder, "lever"));
    this.#socket = join(folder, "tmux");
    this.#environment = { ...person.environment, PATH: `${folder}:${person.environment["PATH"]}`, TERM: "xterm" };
    this.#tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "-c", person.home, command);
  }

  /** Types text as it is. */
  type(text: string): void {
    this.#tmux("send-keys", "-l", "--", text);
  }

  /** Presses keys by their names, such as `Enter`, `Tab`, `C-g`. */
  press(...keys: string[]): void {
    this.#tmux("send-keys", ...keys);
  }

  /** What stands on the screen once it fits; fails with the screen where it never does. */
  async waitFor(expected: RegExp): Promise<string> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const screen = this.#tmux("capture-pane", "-p");
      if (expected.test(screen)) return screen;
      if (Date.now() > until) throw new Error(`${expected} is not on the screen:\n${screen.trimEnd()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  close(): void {
    this.#tmux("kill-server");
  }

  #tmux(...args: string[]): string {
    return execFileSync("tmux", ["-S", this.#socket, ...args], { env: this.#environment, encoding: "utf8" });
  }
}
