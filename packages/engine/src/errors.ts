/** Broken machinery or unusable input. Everything a request can regularly end in is data in a RunRecord instead. */
export class LeverError extends Error {
  /** Each bundle of the program has its own copy of this class; an error of any of them is one. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "LeverError" && "code" in value;
  }

  override readonly name = "LeverError";
  /** Stable, snake_case; programs read this and never the message. */
  readonly code: string;
  /** What the reader can do about it, in one line. */
  readonly hint: string | undefined;
  /** Where in the user's own text, as character offsets, when a caret can be shown. */
  readonly place: Place | undefined;

  constructor(code: string, message: string, options: LeverErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.place = options.place;
  }
}

export interface LeverErrorOptions {
  hint?: string | undefined;
  place?: Place | undefined;
  cause?: unknown;
}

/** A stretch of a text that the user wrote. */
export interface Place {
  text: string;
  start: number;
  end: number;
}

/** Codes that mean "what was asked cannot be taken as it stands": exit 2, no fault of the machinery. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  "usage",
  "config_invalid",
  "request_invalid",
  "teach_invalid",
  "serve_open",
]);

export function isUsageError(error: unknown): error is LeverError {
  return error instanceof LeverError && USAGE_CODES.has(error.code);
}

/** The offset of a byte of UTF-8 as an offset in UTF-16 code units, as JavaScript strings count. */
export function byteToCharacter(text: string, byte: number): number {
  return Buffer.from(text, "utf8").subarray(0, byte).toString("utf8").length;
}
