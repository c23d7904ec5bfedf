import type {
  AskOptions,
  BackendReport,
  Fixed,
  FixRequest,
  ModelCall,
  Models,
  ModelSettings,
  Paraphrased,
  Rephrased,
} from "@lever-runner/engine";
import { type Read, readPhrase, readPhrases, readTemplate } from "./answer.ts";
import { type Answered, answerOfResting, askChain, type Link, type Question } from "./chain.ts";
import { Circuit } from "./circuit.ts";
import { type Masked, maskRequest } from "./mask.ts";
import { askForFix, askForParaphrases, askForPhrase, wholeText } from "./prompts.ts";
import { checkLink } from "./check-link.ts";
import { TurnQueue } from "./turn-queue.ts";
import { WIRES } from "./wires.ts";

/** Questions under way at once, over all requests of this process. */
const AT_ONCE = 4;
/** A longer request is no phrase, and would cost more than it may. */
const MOST_WORDS = 40;
/** Teaching may take longer than a request. */
const TEACH_TIMEOUT_MS = 30_000;

/** Opens nothing and calls nobody; clients are loaded when they are first needed. */
export function openModels(settings: ModelSettings): Models {
  const circuit = new Circuit(settings.stateFile);
  const queue = new TurnQueue(AT_ONCE);
  const identity = new Set(settings.identity.map((word) => word.toLowerCase()));
  const links: Link[] = settings.chain.map((backend) => ({
    settings: backend,
    open: async () => (await WIRES[backend.wire]()).openBackend(backend),
  }));
  const ask = async <T>(question: Question<T>, timeoutMs: number, options: AskOptions): Promise<Answered<T>> => {
    const began = performance.now();
    const limit = AbortSignal.timeout(timeoutMs);
    const patience = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
    const left = (): number => timeoutMs - (performance.now() - began);
    const answered = await queue.run(
      () => askChain(links, question, { ...options, circuit, timeoutMs: left() }),
      patience,
    );
    return answered ?? { value: null, problem: "too many questions at once", calls: [] };
  };

  return {
    async rephrase(request, options): Promise<Rephrased> {
      // First of all, because a machine without network comes here with every undecided request.
      const resting = answerOfResting(links, "match", circuit);
      if (resting !== null) return { phrase: null, tokens: 0, calls: resting.calls };
      const masked = maskRequest(request, identity);
      if (!isWorthAsking(masked)) return { phrase: null, tokens: 0, calls: [] };
      const { value, calls } = await ask(
        { purpose: "match", prompt: askForPhrase(masked.text), read: (text) => readPhrase(text, masked) },
        settings.timeoutMs,
        options,
      );
      return { phrase: value, tokens: sum(calls), calls };
    },

    async paraphrase(phrase, options): Promise<Paraphrased> {
      const masked = maskRequest(phrase, identity);
      if (!isWorthAsking(masked)) {
        return { phrases: [], problem: "the phrase has no common words that could be sent", calls: [] };
      }
      const { value, problem, calls } = await ask(
        { purpose: "paraphrase", prompt: askForParaphrases(masked.text), read: (text) => readPhrases(text, masked) },
        Math.max(settings.timeoutMs, TEACH_TIMEOUT_MS),
        options,
      );
      const others = (value ?? []).filter((found) => found.toLowerCase() !== phrase.toLowerCase());
      return { phrases: others, problem, calls };
    },

    async describeFix(request) {
      return {
        to: settings.chain.map(({ wire, model, baseUrl }) => `${wire} (${model}) at ${baseUrl}`).join(", else "),
        sent: wholeText(askForFix(request)),
      };
    },

    async fix(request: FixRequest, options): Promise<Fixed> {
      const read = (text: string): Read<string> => readTemplate(text);
      const { value, problem, calls } = await ask(
        { purpose: "fix", prompt: askForFix(request), read },
        Math.max(settings.timeoutMs, TEACH_TIMEOUT_MS),
        options,
      );
      return { template: value, problem, calls };
    },

    async check(options): Promise<BackendReport[]> {
      const reports: BackendReport[] = [];
      for (const link of links) reports.push(await checkLink(link, circuit, options));
      return reports;
    },
  };
}

function isWorthAsking({ text, words }: Masked): boolean {
  return words > 0 && text.split(" ").length <= MOST_WORDS;
}

function sum(calls: readonly ModelCall[]): number {
  return calls.reduce((total, { tokens_in, tokens_out }) => total + tokens_in + tokens_out, 0);
}
