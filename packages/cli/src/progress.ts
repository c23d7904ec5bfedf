/** A bar on the error stream, where that is a terminal and the work takes longer than a second. */
export class Progress {
  readonly #what: string;
  readonly #total: number;
  readonly #began = performance.now();
  #shown = false;

  constructor(what: string, total: number) {
    this.#what = what;
    this.#total = total;
  }

  show(done: number): void {
    if (!process.stderr.isTTY || performance.now() - this.#began < 1000) return;
    const width = 24;
    const full = Math.round((width * done) / Math.max(1, this.#total));
    process.stderr.write(`\r${"█".repeat(full)}${"░".repeat(width - full)} ${done} of ${this.#total} ${this.#what}`);
    this.#shown = true;
  }

  end(): void {
    if (this.#shown) process.stderr.write("\r\u001b[K");
  }
}
