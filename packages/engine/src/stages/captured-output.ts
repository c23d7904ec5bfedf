import type { Readable } from "node:stream";

const TAIL_BYTES = 4096;

/** Keeps the first bytes of a stream and the last few, and counts the rest, so that no output can fill the memory. */
export class CapturedOutput {
  #chunks: Buffer[] = [];
  #kept = 0;
  #total = 0;
  /** What came last of what was not kept. */
  #end = Buffer.alloc(0);
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
    if (room < chunk.length) {
      const rest = chunk.subarray(Math.max(room, 0));
      this.#end = Buffer.concat([this.#end, rest.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
    }
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

  /** The last 4 KiB. */
  tail(): string {
    const last = this.#chunks.at(-1) ?? Buffer.alloc(0);
    const kept = last.length >= TAIL_BYTES ? last : Buffer.concat(this.#chunks);
    return Buffer.concat([kept.subarray(-TAIL_BYTES), this.#end])
      .subarray(-TAIL_BYTES)
      .toString("utf8");
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}
