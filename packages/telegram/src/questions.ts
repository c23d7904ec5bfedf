import { randomBytes } from "node:crypto";

/** An answer to a button, or words that were typed; null where the question ran out or was taken back. */
type Settle = (answer: string | null) => void;

interface Open {
  chat: number;
  user: number;
  /** Whether words typed in the chat answer it. */
  takesText: boolean;
  settle: Settle;
}

/** Of one question at a time and person: bound to who was asked, good once, and for a while only. */
export class Questions {
  readonly #open = new Map<string, Open>();
  readonly #lifetimeMs: number;

  constructor(lifetimeMs = 300_000) {
    this.#lifetimeMs = lifetimeMs;
  }

  /** @returns the id that buttons carry, and the answer to come. */
  ask(chat: number, user: number, takesText = false): { id: string; answer: Promise<string | null> } {
    const id = randomBytes(9).toString("base64url");
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<string | null>((resolve) => {
      const settle: Settle = (given) => {
        clearTimeout(timer);
        this.#open.delete(id);
        resolve(given);
      };
      timer = setTimeout(settle, this.#lifetimeMs, null);
      timer.unref();
      this.#open.set(id, { chat, user, takesText, settle });
    });
    return { id, answer };
  }

  /** `over` where there is no such question any more; `stranger` for who was not asked, which leaves it open. */
  press(id: string, chat: number, user: number, answer: string): "taken" | "over" | "stranger" {
    const question = this.#open.get(id);
    if (question === undefined) return "over";
    if (question.chat !== chat || question.user !== user) return "stranger";
    question.settle(answer);
    return "taken";
  }

  /** Whether typed words were the answer to a question. */
  type(chat: number, user: number, words: string): boolean {
    for (const question of this.#open.values()) {
      if (!question.takesText || question.chat !== chat || question.user !== user) continue;
      question.settle(words);
      return true;
    }
    return false;
  }

  /** Takes back what is open for a person in a chat. */
  cancel(chat: number, user: number): void {
    for (const question of this.#open.values())
      if (question.chat === chat && question.user === user) question.settle(null);
  }
}
