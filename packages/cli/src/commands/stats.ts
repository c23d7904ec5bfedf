import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { accountTokens, describeTokens } from "./model-tokens.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

export function stats(program: Program): CommandModule<object, GlobalOptions> {
  return {
    command: "stats",
    describe: "Show what was run and how it was found",
    handler: (options) =>
      withLever(program, options, ({ lever, palette, print }) => {
        const found = lever.stats();
        const prices = lever.config.config.llm_prices;
        if (options.json) {
          print(JSON.stringify({ ...found, tokens: accountTokens(found, prices) }));
          return;
        }
        print(`${found.commands} commands (${found.own_commands} taught here), ${found.phrases} phrases`);
        print(`${found.runs} runs: ${found.successes} good, ${found.failures} bad`);
        for (const line of describeWays(found.by_way)) print(line);
        for (const [kind, count] of Object.entries(found.by_kind)) print(`  ${kind}: ${count}`);
        for (const line of describeTokens(found, prices)) print(line);
        for (const { phrase, runs } of found.top) print(`  ${String(runs).padStart(5)}  ${printable(phrase)}`);
        for (const { phrase, trust, failures } of found.flagged) {
          print(palette.warn(`  flagged: ${printable(phrase)} (trust ${trust}, ${failures} failures)`));
        }
      }),
  };
}

const WAYS: Readonly<Record<string, string>> = {
  exact: "by a taught phrase",
  learned: "by a learned phrase",
  cached: "as decided before",
  semantic: "by meaning",
  model: "by a model's phrase",
  none: "not at all",
};

/** How requests were found, each with its share. */
function describeWays(ways: Readonly<Record<string, number>>): string[] {
  const total = Object.values(ways).reduce((sum, count) => sum + count, 0);
  return Object.entries(WAYS)
    .filter(([way]) => (ways[way] ?? 0) > 0)
    .map(([way, words]) => {
      const count = ways[way] ?? 0;
      return `  found ${words} (${way}): ${count}, ${Math.round((100 * count) / total)} %`;
    });
}
