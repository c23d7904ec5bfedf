import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

/** Short enough for Ctrl-C and for the bar to move. */
const STEP_MS = 400;
const WIDTH = 30;

export function reembed(program: Program): CommandModule<object, GlobalOptions> {
  return {
    command: "reembed",
    describe: "Compute the vectors of LEVER_EMBEDDER=minilm; goes on where it was broken off",
    handler: (options) =>
      withLever(program, options, async ({ lever, print }) => {
        const bar = process.stderr.isTTY === true;
        for (;;) {
          const { done, total } = lever.reembed(STEP_MS);
          if (bar) process.stderr.write(`\r${drawBar(done, total)}`);
          if (done === total) {
            if (bar) process.stderr.write("\r\u001b[K");
            const { embedder } = lever.facts();
            if (options.json) print(JSON.stringify({ embedder, phrases: total }));
            else print(total === 0 ? `${embedder} needs no such step` : `${total} phrases have vectors of ${embedder}`);
            return;
          }
          // Lets a signal through between two steps.
          await new Promise((resolve) => setImmediate(resolve));
        }
      }),
  };
}

function drawBar(done: number, total: number): string {
  const full = Math.round((WIDTH * done) / total);
  return `${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${done} of ${total}`;
}
