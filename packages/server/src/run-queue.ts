import { HttpProblem } from "./problems.ts";

export interface QueueState {
  running: number;
  waiting: number;
}

/**
 * Lets a bounded number of runs go at once and a bounded number wait, first come first served. Who finds it full is told at
 * once, so that load never turns into silence.
 */
export class RunQueue {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #waiting: Array<() => void> = [];
  #running = 0;
  #closing = false;

  constructor(most: number, mostWaiting = most * 16) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  get state(): QueueState {
    return { running: this.#running, waiting: this.#waiting.length };
  }

  /** @throws HttpProblem 503 where the queue is full or the server is closing. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) throw unavailable("closing", "the server is shutting down");
    if (this.#running < this.#most) this.#running += 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= this.#mostWaiting)
      throw unavailable("busy", `${this.#running} runs are under way and ${this.#waiting.length} wait`);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Takes nothing more and resolves when all that was taken is done. */
  async drain(): Promise<void> {
    this.#closing = true;
    while (this.#running > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function unavailable(code: string, detail: string): HttpProblem {
  return new HttpProblem({ status: 503, code, detail, hint: "try again shortly", headers: { "Retry-After": "1" } });
}
