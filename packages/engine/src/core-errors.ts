import { LeverError } from "./errors.ts";

/** The core's errors carry a code, and a hint after a line break. */
function asLeverError(cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof LeverError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  if (code === undefined) return cause;
  const [message = "", hint] = cause.message.split("\n");
  return new LeverError(code, message, { hint, cause });
}

export function translate<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw asLeverError(cause);
  }
}

export async function translateAsync<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw asLeverError(cause);
  }
}
