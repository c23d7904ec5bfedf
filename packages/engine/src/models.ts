/**
 * What the engine and the surfaces know of language models. `packages/llm` implements it; it is loaded only when a model is
 * asked, and hands over plain data, so that a bundle of its own will do.
 */

export type Wire = "ollama" | "openai" | "anthropic";

/** One link of the chain. A key is sent to its own base URL and to no other. */
export interface BackendSettings {
  wire: Wire;
  model: string;
  /** Without a slash at its end. */
  baseUrl: string;
  apiKey: string | null;
}

export interface ModelSettings {
  /** In the order in which they are asked. */
  chain: readonly BackendSettings[];
  /** For all of the chain together, retries included. */
  timeoutMs: number;
  /** Where it is remembered which backends do not answer. */
  stateFile: string;
  /** Words that must never leave whatever they are: the names of this machine and its user. */
  identity: readonly string[];
}

export type ModelPurpose = "match" | "paraphrase" | "fix" | "check";

/** One question to one backend, retries included. */
export interface ModelCall {
  backend: Wire;
  model: string;
  purpose: ModelPurpose;
  /** Every word that was sent: instruction, line break, request. */
  sent: string;
  /** What came back, cut at 200 characters; null where nothing did. */
  received: string | null;
  /** As the server counts, else a quarter of the characters. 0 where nothing was sent. */
  tokens_in: number;
  tokens_out: number;
  took_ms: number;
  /** `ok`, or the code of what went wrong. */
  outcome: string;
}

export interface AskOptions {
  signal?: AbortSignal | undefined;
  /** Told in one line why no backend helped, and that a backend is slow. */
  notify?: (notice: string) => void;
}

/** What a model is asked for: another way to say the request, never a command. */
export interface PhraseModel {
  /**
   * A short phrase, or null where the model has none, is off, or did not answer in time. Does not reject for anything that
   * a server or a network can do.
   */
  rephrase(request: string, options: AskOptions): Promise<Rephrased>;
}

export interface Rephrased {
  phrase: string | null;
  /** In and out, over all calls. */
  tokens: number;
  /** What was asked of whom, for the accounts; a model of one's own may leave it out. */
  calls?: readonly ModelCall[];
}

export interface Paraphrased {
  phrases: string[];
  /** Why there are none; null where there are. */
  problem: string | null;
  calls: readonly ModelCall[];
}

export interface Fixed {
  template: string | null;
  problem: string | null;
  calls: readonly ModelCall[];
}

export interface FixRequest {
  phrase: string;
  template: string;
}

/** How one backend of the chain stands, from a real question. */
export interface BackendReport {
  backend: Wire;
  model: string;
  base_url: string;
  good: boolean;
  /** One line for a person. */
  message: string;
  remedy: string | null;
  call: ModelCall;
}

/** Everything that models are used for. */
export interface Models extends PhraseModel {
  /** Other ways to say a phrase; `{{parameters}}` stand in each as in the phrase. Made once, when a command is taught. */
  paraphrase(phrase: string, options: AskOptions): Promise<Paraphrased>;
  /** Exactly what {@link Models.fix} would send, and where to. */
  describeFix(request: FixRequest): Promise<{ to: string; sent: string }>;
  /** The one question in which a model sees a command. Its answer is a proposal and no more. */
  fix(request: FixRequest, options: AskOptions): Promise<Fixed>;
  /** Asks every backend a sample, whatever is remembered of it. */
  check(options: AskOptions): Promise<BackendReport[]>;
}

export type OpenModels = (settings: ModelSettings) => Models;
