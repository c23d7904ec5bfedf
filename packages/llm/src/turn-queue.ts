/** Lets so many callers on at once; the others wait for their turn, each as long as it will. */
export class TurnQueue {
  readonly #most: number;
  #running = 0;
  readonly #waiting = new Set<() => void>();

  constructor(most: number) {
    this.#most = most;
  }

  /** @returns what the task gives, or null where `patience` ended before its turn came */
  async run<T>(task: () => Promise<T>, patience: AbortSignal): Promise<T | null> {
    if (this.#running >= this.#most && !(await this.#waitForTurn(patience))) return null;
    this.#running += 1;
    try {
      return await task();
    } finally {
      this.#running -= 1;
      const [next] = this.#waiting;
      next?.();
    }
  }

  #waitForTurn(patience: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (turn: boolean) => () => {
        this.#waiting.delete(take);
        patience.removeEventListener("abort", leave);
        resolve(turn);
      };
      const take = end(true);
      const leave = end(false);
      this.#waiting.add(take);
      patience.addEventListener("abort", leave);
      if (patience.aborted) leave();
    });
  }
}
