import type { TransferEvent } from "@lever-runner/engine";

/** Nothing is drawn for what is over sooner. */
const FIRST_MS = 400;
const EVERY_MS = 80;
const WIDTH = 24;

export interface Progress {
  show(event: TransferEvent): void;
  /** Takes the bar away. */
  end(): void;
}

/** A bar on stderr, for a person only, that is redrawn in place. */
export function progressBar(verb: string, unit: "bytes" | "commands", stream = process.stderr): Progress {
  const began = performance.now();
  let next = began + FIRST_MS;
  let drawn = false;
  return {
    show(event) {
      const now = performance.now();
      if (!stream.isTTY || now < next) return;
      next = now + EVERY_MS;
      drawn = true;
      stream.write(`\r\u001b[K${drawBar(verb, event, unit === "bytes" ? event.bytes : event.done, now - began)}`);
    },
    end() {
      if (drawn) stream.write("\r\u001b[K");
    },
  };
}

/** One line: what is done, how far it is, how many so far and how fast. */
export function drawBar(verb: string, event: TransferEvent, reached: number, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? Math.round((event.done / elapsedMs) * 1000) : 0;
  const counts = `${event.done.toLocaleString("en")} commands, ${rate.toLocaleString("en")}/s`;
  if (event.total <= 0) return `${verb} ${counts}`;
  const share = Math.min(1, reached / event.total);
  const full = Math.round(share * WIDTH);
  return `${verb} ${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${Math.floor(share * 100)}%  ${counts}`;
}
