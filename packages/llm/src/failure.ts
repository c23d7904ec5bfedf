export type FailureCode =
  | "unreachable"
  | "timeout"
  | "cut"
  | "unauthorized"
  | "not_found"
  | "rate_limited"
  | "server_error"
  | "overloaded"
  | "refused_request"
  | "redirected"
  | "too_large"
  | "not_json"
  | "malformed"
  | "tool_call"
  | "empty"
  | "invalid_answer";

const TRANSIENT: ReadonlySet<FailureCode> = new Set([
  "unreachable",
  "timeout",
  "cut",
  "rate_limited",
  "server_error",
  "overloaded",
]);

/** Faults of the one answer; the server is well, and is asked again the next time. */
const OF_THE_ANSWER: ReadonlySet<FailureCode> = new Set(["malformed", "tool_call", "empty", "invalid_answer"]);

/**
 * Why a backend gave no usable answer. Its message never holds a key, nor text that the server chose. It is known by its name:
 * each wire is bundled by itself, with a class of its own.
 */
export class BackendFailure extends Error {
  override readonly name = "BackendFailure";
  readonly code: FailureCode;
  /** How long the server asks to be left alone; null where it does not say. */
  readonly retryAfterMs: number | null;

  constructor(code: FailureCode, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

const UNKNOWN_FORM = new BackendFailure("malformed", "answered in a form that is not known");

/** Whether asking again may help. */
export function mayPass({ code }: BackendFailure): boolean {
  return TRANSIENT.has(code);
}

/** Whether the server is at fault, and not this one answer. */
export function isOfTheServer({ code }: BackendFailure): boolean {
  return !OF_THE_ANSWER.has(code);
}

/** A status that is no success. @param retryAfter the header as it came */
export function failureOfStatus(status: number, retryAfter: string | null): BackendFailure {
  const wait = readRetryAfter(retryAfter);
  if (status >= 300 && status < 400)
    return new BackendFailure("redirected", `redirects elsewhere (HTTP ${status}), which is not followed`);
  switch (status) {
    case 401:
    case 403:
      return new BackendFailure("unauthorized", `does not accept the key (HTTP ${status})`);
    case 404:
      return new BackendFailure("not_found", "has no such model or path (HTTP 404)");
    case 429:
      return new BackendFailure("rate_limited", `asks for fewer requests (HTTP 429${after(wait)})`, wait);
    case 503:
    case 529:
      return new BackendFailure("overloaded", `is overloaded (HTTP ${status}${after(wait)})`, wait);
  }
  if (status >= 500 || status === 408 || status === 425)
    return new BackendFailure("server_error", `failed (HTTP ${status})`, wait);
  return new BackendFailure("refused_request", `refused the request (HTTP ${status})`);
}

function after(wait: number | null): string {
  return wait === null ? "" : `, not before ${Math.ceil(wait / 1000)} s`;
}

function readRetryAfter(header: string | null): number | null {
  if (header === null) return null;
  const wait = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) && wait >= 0 ? wait : null;
}

/**
 * Finds our own failure in what a client wrapped it in, or reads what the network said.
 * @param otherwise what an error of another kind means
 */
export function failureOf(error: unknown, otherwise: BackendFailure = UNKNOWN_FORM): BackendFailure {
  const codes = new Set<string>();
  let link: unknown = error;
  for (let depth = 0; link instanceof Error && depth < 6; depth += 1) {
    if (link.name === "BackendFailure") return link as BackendFailure;
    codes.add(String((link as NodeJS.ErrnoException).code ?? link.name));
    link = link.cause;
  }
  const has = (...names: string[]): boolean => names.some((name) => codes.has(name));
  if (has("ECONNREFUSED")) return new BackendFailure("unreachable", "refuses the connection");
  if (has("ENOTFOUND", "EAI_AGAIN", "ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "EADDRNOTAVAIL"))
    return new BackendFailure("unreachable", "cannot be reached");
  if (has("ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"))
    return new BackendFailure("timeout", "does not answer");
  if (has("ECONNRESET", "UND_ERR_SOCKET", "EPIPE", "HPE_INVALID_CONSTANT"))
    return new BackendFailure("cut", "cut the connection");
  if ([...codes].some((code) => /CERT|TLS|SSL|SIGNED/.test(code)))
    return new BackendFailure("unreachable", "has a certificate that cannot be verified");
  return otherwise;
}
