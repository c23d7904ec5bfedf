import { BackendFailure, failureOf, failureOfStatus } from "./failure.ts";

/** Most bytes of an answer, unpacked. A phrase needs a thousandth. */
const ANSWER_BYTES = 64 * 1024;

/** All that a client may add. They would also send the platform, their version and what they find in the environment. */
const HEADERS: ReadonlySet<string> = new Set(["accept", "content-type", "anthropic-version"]);

export interface FetchControls {
  signal: AbortSignal;
  /** The header with the key; none where there is no key. */
  credentials: Readonly<Record<string, string>>;
}

/**
 * A `fetch` for the vendors' clients: sends the headers that the protocol needs and no other, follows no redirect (a key
 * would go along), reads a bounded answer, and gives every failure one form.
 */
export function boundedFetch({ signal, credentials }: FetchControls): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const headers = new Headers();
    for (const [name, value] of new Headers(init?.headers)) {
      if (HEADERS.has(name)) headers.set(name, value);
    }
    for (const [name, value] of Object.entries(credentials)) headers.set(name, value);
    headers.set("user-agent", "lever-runner");
    const response = await fetch(url, {
      method: init?.method ?? "GET",
      body: init?.body ?? null,
      headers,
      redirect: "manual",
      signal,
    }).catch((error: unknown) => {
      throw signal.aborted ? error : failureOf(error, new BackendFailure("unreachable", "cannot be reached"));
    });
    if (!response.ok) {
      void response.body?.cancel().catch(() => {});
      throw failureOfStatus(response.status, response.headers.get("retry-after"));
    }
    const text = await readBounded(response);
    if (!isJson(text)) throw new BackendFailure("not_json", "answered with something other than JSON");
    return new Response(text, { status: response.status, headers: { "content-type": "application/json" } });
  };
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop closes the connection.
    if (bytes > ANSWER_BYTES) throw new BackendFailure("too_large", "answered with far more than was asked for");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
