import { setTimeout as sleep } from "node:timers/promises";
import type { AskOptions, BackendSettings, ModelCall, ModelPurpose } from "@lever-runner/engine";
import type { Read } from "./answer.ts";
import type { Backend, Prompt, Reply } from "./backend.ts";
import { type Circuit, circuitKey } from "./circuit.ts";
import { BackendFailure, failureOf, isOfTheServer, mayPass } from "./failure.ts";
import { wholeText } from "./prompts.ts";

const TRIES = 3;
const FIRST_PAUSE_MS = 150;
/** A person is told after this time that something is being waited for. */
const SILENCE_MS = 1000;
const SHOWN_CHARACTERS = 200;

export interface Link {
  settings: BackendSettings;
  open(): Promise<Backend>;
}

export interface Question<T> {
  purpose: ModelPurpose;
  prompt: Prompt;
  /** Takes an answer or says what is wrong with it. */
  read(text: string): Read<T>;
}

export interface Answered<T> {
  value: T | null;
  /** Why there is no value, in one line. */
  problem: string | null;
  calls: ModelCall[];
}

export interface ChainControls extends AskOptions {
  circuit: Circuit;
  /** For all links together. */
  timeoutMs: number;
  /** Ask also those that are left alone for now. */
  insist?: boolean;
}

/**
 * Asks one backend after another until one gives a usable answer. The time that is left is shared out over those that are
 * left, so that a slow one does not take it all. Rejects for nothing that a server or a network can do.
 */
export async function askChain<T>(
  links: readonly Link[],
  question: Question<T>,
  controls: ChainControls,
): Promise<Answered<T>> {
  const { signal, notify = () => {} } = controls;
  const end = performance.now() + controls.timeoutMs;
  const { awake, calls, problems } = splitResting(links, question.purpose, controls);

  for (const [index, link] of awake.entries()) {
    const share = (end - performance.now()) / (awake.length - index);
    if (signal?.aborted || share <= 0) break;
    const { call, read, failure } = await askLink(link, question, share, controls);
    calls.push(call);
    if (read !== null) return { value: read, problem: null, calls };
    if (signal?.aborted) break;
    problems.push(`${nameOf(link.settings)} ${failure}`);
  }
  const problem = problems.join("; ") || "no model was asked";
  // Those that were left alone were told of when they failed.
  if (awake.length > 0 && !signal?.aborted) notify(`no help from a model: ${problem}`);
  return { value: null, problem, calls };
}

/** What there is to say where every backend is left alone for now; null where one may be asked. */
export function answerOfResting(
  links: readonly Link[],
  purpose: ModelPurpose,
  circuit: Circuit,
): Answered<never> | null {
  const { awake, calls, problems } = splitResting(links, purpose, { circuit });
  return awake.length > 0 ? null : { value: null, problem: problems.join("; "), calls };
}

function splitResting(
  links: readonly Link[],
  purpose: ModelPurpose,
  { circuit, insist = false }: Pick<ChainControls, "circuit" | "insist">,
): { awake: Link[]; calls: ModelCall[]; problems: string[] } {
  const calls: ModelCall[] = [];
  const problems: string[] = [];
  const awake = links.filter(({ settings }) => {
    const resting = insist ? null : circuit.resting(circuitKey(settings));
    if (resting === null) return true;
    calls.push({ ...emptyCall(settings, purpose), outcome: "resting" });
    problems.push(`${nameOf(settings)} ${resting.why}, left alone for ${Math.ceil(resting.forMs / 1000)} s`);
    return false;
  });
  return { awake, calls, problems };
}

interface LinkAnswer<T> {
  call: ModelCall;
  read: T | null;
  failure: string;
}

async function askLink<T>(
  { settings, open }: Link,
  question: Question<T>,
  share: number,
  controls: ChainControls,
): Promise<LinkAnswer<T>> {
  const key = circuitKey(settings);
  const began = performance.now();
  const sent = wholeText(question.prompt);
  const call: ModelCall = { ...emptyCall(settings, question.purpose), sent };
  const told = setTimeout(() => controls.notify?.(`waiting for ${nameOf(settings)}`), SILENCE_MS);
  try {
    const reply = await tryAgain(await open(), question.prompt, key, began + share, controls);
    controls.circuit.answered(key);
    call.received = reply.text.slice(0, SHOWN_CHARACTERS);
    call.tokens_in = reply.tokensIn ?? estimateTokens(sent);
    call.tokens_out = reply.tokensOut ?? estimateTokens(reply.text);
    const { value, reason } = question.read(reply.text);
    if (reason !== null) throw new BackendFailure("invalid_answer", `gave an answer that ${reason}`);
    return { call: { ...call, outcome: "ok", took_ms: since(began) }, read: value, failure: "" };
  } catch (error) {
    if (controls.signal?.aborted)
      return { call: { ...call, outcome: "aborted", took_ms: since(began) }, read: null, failure: "" };
    const failure = failureOf(error);
    if (!isOfTheServer(failure) && call.tokens_in === 0) call.tokens_in = estimateTokens(sent);
    const rest = isOfTheServer(failure) ? controls.circuit.failed(key, failure) : 0;
    const left = rest === 0 ? "" : `; left alone for ${Math.ceil(rest / 1000)} s`;
    return {
      call: { ...call, outcome: failure.code, took_ms: since(began) },
      read: null,
      failure: `${failure.message}${left}`,
    };
  } finally {
    clearTimeout(told);
  }
}

/** Asks until an answer, a failure that will not pass, or the end of the share. */
async function tryAgain(
  backend: Backend,
  prompt: Prompt,
  key: string,
  end: number,
  { circuit, signal }: ChainControls,
): Promise<Reply> {
  let structured = circuit.takesSchema(key);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await askOnce(backend, prompt, structured, end, signal);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === "refused_request" && structured) {
        structured = false;
        circuit.rememberPlain(key);
        continue;
      }
      const pause = Math.max(failure.retryAfterMs ?? 0, FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
      if (!mayPass(failure) || attempt >= TRIES || performance.now() + pause >= end) throw failure;
      await sleep(pause, undefined, signal === undefined ? {} : { signal });
    }
  }
}

async function askOnce(
  backend: Backend,
  prompt: Prompt,
  structured: boolean,
  end: number,
  signal: AbortSignal | undefined,
): Promise<Reply> {
  const limit = AbortSignal.timeout(Math.max(1, Math.floor(end - performance.now())));
  try {
    return await backend.ask(prompt, {
      structured,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
  } catch (error) {
    if (limit.aborted) throw new BackendFailure("timeout", "did not answer in time");
    throw error;
  }
}

export function nameOf({ wire, model }: BackendSettings): string {
  return `${wire} (${model})`;
}

function emptyCall({ wire, model }: BackendSettings, purpose: ModelPurpose): ModelCall {
  return {
    backend: wire,
    model,
    purpose,
    sent: "",
    received: null,
    tokens_in: 0,
    tokens_out: 0,
    took_ms: 0,
    outcome: "",
  };
}

function since(began: number): number {
  return Math.round(performance.now() - began);
}

/** Where a server does not count. */
function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
