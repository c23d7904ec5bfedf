import type { Core, Entry, Match } from "@lever-runner/native";
import { translate } from "./core-errors.ts";

/** Commands in memory that are asked for and never run: what matching is measured on. */
export class Table implements Disposable {
  readonly #core: Core;
  readonly #namespace: string;

  constructor(core: Core, namespace: string) {
    this.#core = core;
    this.#namespace = namespace;
  }

  /** Lays commands into it and gives the id of each; null for one whose phrases all belong to others. */
  lay(entries: readonly Entry[]): Array<string | null> {
    return translate(() => this.#core.lay(this.#namespace, entries));
  }

  /**
   * What a request means here, with up to ten candidates.
   * @throws LeverError for a request that is no request.
   */
  rank(text: string): Match {
    return translate(() => this.#core.rank(this.#namespace, text));
  }

  close(): void {
    this.#core.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
