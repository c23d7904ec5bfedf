import { createInterface } from "node:readline";
import { LeverError, type Match } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import { EXIT } from "../exit-codes.ts";
import type { Program } from "../main.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

/** What `-` stands for. */
export const STANDARD_INPUT = "/dev/stdin";

interface Options extends GlobalOptions {
  text?: string | undefined;
}

/** Decides and runs nothing. `-` reads a request a line and prints a JSON line each. */
export function match(program: Program, setExit: (code: number) => void): CommandModule<object, Options> {
  return {
    command: "match [text]",
    describe: "Show what a request would find; - reads a request a line",
    builder: (yargs) =>
      yargs.positional("text", { type: "string", describe: "The request, or - for standard input" }) as never,
    handler: async (options) => {
      const { text = STANDARD_INPUT } = options;
      await withLever(program, options, async ({ lever, print }) => {
        if (text !== STANDARD_INPUT) {
          const found = await lever.match(text, { explain: true });
          print(JSON.stringify({ request: text, ...found }));
          if (found.kind === "none") setExit(EXIT.noMatch);
          return;
        }
        for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
          print(
            JSON.stringify({
              request: line,
              ...(await matchLine(line, (request) => lever.match(request, { explain: true }))),
            }),
          );
        }
      });
    },
  };
}

/** One bad line is reported in its place; the others are answered. */
async function matchLine(
  line: string,
  decide: (request: string) => Promise<Match>,
): Promise<Match | { error: unknown }> {
  try {
    return await decide(line);
  } catch (error) {
    if (!(error instanceof LeverError)) throw error;
    return { error: { code: error.code, message: error.message, hint: error.hint ?? null } };
  }
}
