import type { Config, Stats } from "@lever-runner/engine";
import { printable } from "../show-error.ts";

/** What an assistant that sends each request to a model takes for one. */
const TOKENS_ELSEWHERE = 2000;
const MILLION = 1_000_000;

export interface TokenAccount {
  /** Tokens a request, by the gate that was reached. */
  by_gate: Record<"1" | "2" | "3", number>;
  total: number;
  /** Against 2,000 a request. */
  saved: number;
  /** By the owner's prices; null where a model that was used has none. */
  cost: number | null;
}

/** What models took, a request and in all. Gates 1 and 2 ask none. */
export function accountTokens({ runs, model_requests, models }: Stats, prices: Config["llm_prices"]): TokenAccount {
  const spent = (purpose: (name: string) => boolean): number =>
    models.reduce((sum, use) => sum + (purpose(use.purpose) ? use.tokens_in + use.tokens_out : 0), 0);
  const total = spent(() => true);
  let cost: number | null = 0;
  for (const { model, tokens_in, tokens_out } of models) {
    const price = prices[model];
    if (tokens_in + tokens_out === 0) continue;
    cost =
      price === undefined || cost === null ? null : cost + (tokens_in * price.in + tokens_out * price.out) / MILLION;
  }
  const gate3 = model_requests === 0 ? 0 : spent((name) => name === "match") / model_requests;
  return { by_gate: { 1: 0, 2: 0, 3: gate3 }, total, saved: Math.max(0, runs * TOKENS_ELSEWHERE - total), cost };
}

export function describeTokens(stats: Stats, prices: Config["llm_prices"]): string[] {
  const { by_gate, total, saved, cost } = accountTokens(stats, prices);
  const money = cost === null || Object.keys(prices).length === 0 ? "" : `, ${cost.toFixed(4)} by your prices`;
  return [
    `tokens a request: gate 1 ${by_gate[1]}, gate 2 ${by_gate[2]}, gate 3 ${by_gate[3].toFixed(0)} (${stats.model_requests} requests reached it)`,
    `tokens in all: ${total}${money}; saved against 2,000 a request: ${saved}`,
    ...stats.models.map(
      ({ backend, model, purpose, calls, failed, tokens_in, tokens_out, took_ms }) =>
        `  ${backend} (${printable(model)}) for ${purpose}: ${calls} calls, ${failed} failed, ${tokens_in} + ${tokens_out} tokens, ${took_ms} ms each`,
    ),
  ];
}
