import type { Core } from "@lever-runner/native";
import type { ModelCall } from "./models.ts";

/** Keeps account of what models were asked. A store that cannot take it is no reason to fail a request. */
export function recordModelCalls(
  core: Core,
  namespace: string,
  calls: readonly ModelCall[],
  request: string | null = null,
): void {
  for (const { backend, model, purpose, tokens_in, tokens_out, took_ms, outcome } of calls) {
    if (outcome === "resting") continue;
    try {
      core.recordModelCall(namespace, { backend, model, purpose, tokens_in, tokens_out, took_ms, outcome, request });
    } catch {
      return;
    }
  }
}
