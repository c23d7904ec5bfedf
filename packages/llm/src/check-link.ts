import type { AskOptions, BackendReport } from "@lever-runner/engine";
import { readPhrase } from "./answer.ts";
import { askChain, type Link } from "./chain.ts";
import type { Circuit } from "./circuit.ts";
import { maskRequest } from "./mask.ts";
import { askForPhrase } from "./prompts.ts";

const SAMPLE = "how full is my disk";
/** A local model may have to be read from disk first. */
const TIMEOUT_MS = 20_000;
const LISTED = 5;

/** Asks one backend a sample for real, whatever is remembered of it. */
export async function checkLink(link: Link, circuit: Circuit, { signal }: AskOptions): Promise<BackendReport> {
  const { wire, model, baseUrl, apiKey } = link.settings;
  const masked = maskRequest(SAMPLE);
  const { value, problem, calls } = await askChain(
    [link],
    { purpose: "check", prompt: askForPhrase(masked.text), read: (text) => readPhrase(text, masked) },
    { signal, circuit, timeoutMs: TIMEOUT_MS, insist: true },
  );
  const [call] = calls;
  if (call === undefined) throw new Error("a check asks exactly one backend");
  const report = { backend: wire, model, base_url: baseUrl, call };
  if (value !== null) {
    const open = apiKey !== null && isInTheOpen(baseUrl);
    return {
      ...report,
      good: !open,
      message: `answers in ${call.took_ms} ms: "${SAMPLE}" becomes "${value}"${open ? "; the key travels unencrypted" : ""}`,
      remedy: open ? "use an https base URL" : null,
    };
  }
  return {
    ...report,
    good: false,
    message: (problem ?? "").replace(/^\S+ \(.*?\) /, ""),
    remedy: await remedyFor(call.outcome, link, signal),
  };
}

async function remedyFor(outcome: string, link: Link, signal: AbortSignal | undefined): Promise<string> {
  const { wire, baseUrl } = link.settings;
  const name = `LLM_${wire.toUpperCase()}`;
  switch (outcome) {
    case "unauthorized":
      return `set ${name}_API_KEY, or LLM_API_KEY for the first backend`;
    case "not_found":
    case "refused_request":
      return `set ${name}_MODEL${await listModels(link, signal)}`;
    case "unreachable":
    case "timeout":
      return `is a server running at ${baseUrl}? ${name}_BASE_URL names another`;
    case "not_json":
    case "malformed":
    case "redirected":
      return `${name}_BASE_URL is ${baseUrl}; does it lead to the API?`;
    default:
      return "try again later, or another model";
  }
}

async function listModels({ open }: Link, signal: AbortSignal | undefined): Promise<string> {
  try {
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const backend = await open();
    const names = await backend.listModels(signal === undefined ? limit : AbortSignal.any([signal, limit]));
    const plain = names.map((name) => name.replaceAll(/[^\w.:/@-]/g, "").slice(0, 60)).slice(0, LISTED);
    return plain.length === 0 ? "; the server has no model" : `; the server has ${plain.join(", ")}`;
  } catch {
    return "";
  }
}

function isInTheOpen(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl);
  return protocol === "http:" && !/^(localhost|127\.|\[::1\])/.test(hostname);
}
