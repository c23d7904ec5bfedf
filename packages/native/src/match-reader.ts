import type { Candidate, Effects, Evidence, Match, MatchKind } from "./wire/index.ts";

/** The part of the addon's core that answers matches; see `crates/lever-node/src/matches.rs`. */
export interface MatchSource {
  /** Where matches are written from then on. */
  useBlock(block: Float64Array): void;
  matchTemplate(namespace: string, request: string): number;
  matchSemantic(namespace: string, request: string, explain: boolean): number;
  matchText(number: number): string;
  matchValues(): string;
}

/** Numbers before the first candidate, and of each candidate. */
const HEAD = 11;
const CANDIDATE = 5;
/** Room for many times what a match takes. */
const BLOCK = 1024;

/** By bits: few combinations come up, and nobody may change what others are given. */
const EFFECTS: Array<Readonly<Effects> | undefined> = [];

function effectsOf(bits: number): Effects {
  return (EFFECTS[bits] ??= Object.freeze({
    reads: (bits & 1) !== 0,
    writes: (bits & 2) !== 0,
    destroys: (bits & 4) !== 0,
    privileged: (bits & 8) !== 0,
    network: (bits & 16) !== 0,
    unknown: (bits & 32) !== 0,
  }));
}

/** Makes matches from the numbers that the core writes. Texts come again and again, so each is fetched once. */
export class MatchReader {
  readonly #source: MatchSource;
  readonly #block = new Float64Array(BLOCK);
  #texts: string[] = [];
  #round = 0;

  constructor(source: MatchSource) {
    this.#source = source;
    source.useBlock(this.#block);
  }

  matchTemplate(namespace: string, request: string): Match | null {
    return this.#source.matchTemplate(namespace, request) === 0 ? null : this.#read();
  }

  matchSemantic(namespace: string, request: string, explain: boolean): Match {
    this.#source.matchSemantic(namespace, request, explain);
    return this.#read();
  }

  #read(): Match {
    const block = this.#block;
    if (block[0] !== this.#round) {
      this.#round = block[0] as number;
      this.#texts = [];
    }
    const count = block[8] as number;
    const reasons = block[9] as number;
    const lines = block[10] as number;
    const values = block[7] === 0 ? null : (JSON.parse(this.#source.matchValues()) as Array<Record<string, string>>);
    let at = HEAD;
    const candidates: Candidate[] = [];
    for (let index = 0; index < count; index += 1, at += CANDIDATE)
      candidates.push(this.#candidate(at, values?.[index] ?? {}));
    const why: string[] = [];
    for (const end = at + reasons; at < end; at += 1) why.push(this.#text(at));
    const evidence: Evidence[] = [];
    for (const end = at + 2 * lines; at < end; at += 2)
      evidence.push({ name: this.#text(at), value: block[at + 1] as number });
    const best = block[5] === 0 ? undefined : candidates[0];
    return {
      kind: this.#text(1) as MatchKind,
      gate: block[2] as Match["gate"],
      cached: block[3] !== 0,
      probability: block[4] as number,
      command_id: best?.command_id ?? null,
      phrase: best?.phrase ?? null,
      parameters: best === undefined || values === null ? {} : { ...best.parameters },
      candidates,
      reasons: why,
      evidence,
      show_only: block[6] !== 0,
      took_us: block[at] as number,
    };
  }

  #candidate(at: number, parameters: Record<string, string>): Candidate {
    const bits = this.#block[at + 4] as number;
    return {
      command_id: this.#text(at),
      phrase: this.#text(at + 1),
      template: this.#text(at + 2),
      parameters,
      probability: this.#block[at + 3] as number,
      effects: effectsOf(bits),
    };
  }

  #text(at: number): string {
    const number = this.#block[at] as number;
    return (this.#texts[number] ??= this.#source.matchText(number));
  }
}
