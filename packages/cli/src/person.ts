import type { Asker } from "@lever-runner/engine";

/** A person at the terminal. What it takes to ask them is loaded only when they are asked. */
export function personAtTerminal(noColour: boolean): Asker {
  const load = async (): Promise<Asker> => (await import("./terminal-asker.ts")).terminalAsker(noColour);
  return {
    choose: async (...question) => (await load()).choose(...question),
    fill: async (...question) => (await load()).fill(...question),
    confirm: async (...question) => (await load()).confirm(...question),
  };
}
