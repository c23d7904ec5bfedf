import type { ModelCall } from "@lever-runner/engine";
import type { Palette } from "./colour.ts";
import { printable } from "./show-error.ts";

/** Every word that was sent to a model, and what came back. */
export function showModelCalls(calls: readonly ModelCall[], palette: Palette): string[] {
  return calls.flatMap((call) => {
    if (call.outcome === "resting")
      return [`  not asked: ${call.backend} (${printable(call.model)}) failed lately and is left alone for now`];
    const head = `  asked ${call.backend} (${printable(call.model)}): ${call.outcome}, ${call.tokens_in} + ${call.tokens_out} tokens, ${call.took_ms} ms`;
    const field = (name: string, text: string): string => palette.faint(`    ${name.padEnd(8)} ${text}`);
    return [
      head,
      ...call.sent.split("\n").map((line, index) => field(index === 0 && line !== "" ? "sent" : "", printable(line))),
      ...(call.received === null ? [] : [field("received", printable(call.received))]),
    ];
  });
}
