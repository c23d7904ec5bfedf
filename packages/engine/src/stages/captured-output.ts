import type { Readable } from "node:stream";

/** Keeps the first bytes of a stream and counts the rest, so that no output can fill the memory. */
export class CapturedOutput {
  #chunks: Buffer[] = [];
  #kept = 0;
  #total = 0;
  readonly #limit: number;

  constructor(stream: Readable, limit: number, onChunk?: (chunk: Buffer) => void) {
    this.#limit = limit;
    stream.on("data", (chunk: Buffer) => {
      this.#take(chunk);
      onChunk?.(chunk);
    });
  }

  #take(chunk: Buffer): void {
    this.#total += chunk.length;
    const room = this.#limit - this.#kept;
    if (room <= 0) return;
    // Copied where cut: a view would hold the whole chunk.
    const part = chunk.length <= room ? chunk : Buffer.from(chunk.subarray(0, room));
    this.#chunks.push(part);
    this.#kept += part.length;
  }

  get bytes(): number {
    return this.#total;
  }

  get truncated(): boolean {
    return this.#total > this.#kept;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}
