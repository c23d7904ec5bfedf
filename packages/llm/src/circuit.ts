import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { BackendSettings } from "@lever-runner/engine";
import type { BackendFailure } from "./failure.ts";

const FIRST_REST_MS = 30_000;
const LONGEST_REST_MS = 300_000;
const MOST_ENTRIES = 32;

interface Entry {
  /** In a row. */
  failures: number;
  /** Milliseconds since 1970; the backend is not asked before. */
  until: number;
  /** What it failed of, in words. */
  why: string;
  /** It takes no schema. */
  plain: boolean;
}

/**
 * What tells one backend from another; another key or URL starts afresh. FNV-1a of 32 bits: too short to tell anything of a key,
 * and the library of real hashes takes longer to load than all else here.
 */
export function circuitKey({ wire, baseUrl, model, apiKey }: BackendSettings): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(JSON.stringify([wire, baseUrl, model, apiKey])))
    hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/**
 * Remembers which backends do not answer, over processes, so that a machine without network pays once and not at every
 * request. A file that cannot be read or written is no reason to fail: then this process remembers alone.
 */
export class Circuit {
  readonly #file: string;
  readonly #now: () => number;
  #own: Record<string, Entry> = {};

  constructor(file: string, now: () => number = Date.now) {
    this.#file = file;
    this.#now = now;
  }

  /** Why a backend is not asked now, or null where it may be. */
  resting(key: string): { why: string; forMs: number } | null {
    const entry = this.#read()[key];
    if (entry === undefined) return null;
    const forMs = entry.until - this.#now();
    // A clock that was set back must not keep a backend away for years.
    return forMs > 0 && forMs <= LONGEST_REST_MS ? { why: entry.why, forMs } : null;
  }

  takesSchema(key: string): boolean {
    return this.#read()[key]?.plain !== true;
  }

  rememberPlain(key: string): void {
    this.#change(key, (entry) => ({ ...entry, plain: true }));
  }

  /** @returns how long the backend is left alone now, in milliseconds */
  failed(key: string, failure: BackendFailure): number {
    const failures = (this.#read()[key]?.failures ?? 0) + 1;
    const grown = FIRST_REST_MS * 2 ** Math.min(failures - 1, 8);
    const rest = Math.min(LONGEST_REST_MS, Math.max(grown, failure.retryAfterMs ?? 0));
    this.#change(key, (entry) => ({ ...entry, failures, until: this.#now() + rest, why: failure.message }));
    return rest;
  }

  answered(key: string): void {
    if ((this.#read()[key]?.failures ?? 0) > 0)
      this.#change(key, (entry) => ({ ...entry, failures: 0, until: 0, why: "" }));
  }

  #read(): Record<string, Entry> {
    try {
      const stored = JSON.parse(readFileSync(this.#file, "utf8")) as Record<string, Entry>;
      const sound = Object.entries(stored).filter(([, entry]) => isEntry(entry));
      return { ...Object.fromEntries(sound), ...this.#own };
    } catch {
      return this.#own;
    }
  }

  #change(key: string, change: (entry: Entry) => Entry): void {
    const all = this.#read();
    const entry = change(all[key] ?? { failures: 0, until: 0, why: "", plain: false });
    const next = Object.fromEntries(Object.entries({ ...all, [key]: entry }).slice(-MOST_ENTRIES));
    const temporary = `${this.#file}.${process.pid}`;
    try {
      writeFileSync(temporary, JSON.stringify(next), { mode: 0o600 });
      renameSync(temporary, this.#file);
      this.#own = {};
    } catch {
      rmSync(temporary, { force: true });
      this.#own = next;
    }
  }
}

function isEntry(value: unknown): value is Entry {
  const entry = value as Partial<Entry> | null;
  return (
    typeof entry === "object" &&
    entry !== null &&
    Number.isFinite(entry.failures) &&
    Number.isFinite(entry.until) &&
    typeof entry.why === "string" &&
    typeof entry.plain === "boolean"
  );
}
