import type { WriteStream } from "node:tty";

const SHOW_AFTER_MS = 1_000;
const WIDTH = 24;

/** A bar on a terminal for what takes longer than a second. Elsewhere it draws nothing. */
export class ProgressBar {
  readonly #stream: WriteStream;
  readonly #began = performance.now();
  #drawn = false;

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  update(done: number, total: number, text: string): void {
    if (!this.#stream.isTTY || performance.now() - this.#began < SHOW_AFTER_MS) return;
    const full = total === 0 ? WIDTH : Math.round((done / total) * WIDTH);
    const room = Math.max(0, (this.#stream.columns ?? 80) - WIDTH - 16);
    this.#stream.write(
      `\r\u001B[K${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${done}/${total} ${text.slice(0, room)}`,
    );
    this.#drawn = true;
  }

  /** Leaves the line as if it had never been there. */
  clear(): void {
    if (this.#drawn) this.#stream.write("\r\u001B[K");
    this.#drawn = false;
  }
}
