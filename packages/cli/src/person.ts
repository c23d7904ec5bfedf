import { isatty } from "node:tty";
import type { Asker } from "@lever-runner/engine";

/** Whether someone sits at a terminal: at least one standard stream is one. Makes no stream, which takes milliseconds. */
export function hasPerson(): boolean {
  return isatty(0) || isatty(1) || isatty(2);
}

/** A person at the terminal, if one sits there. What it takes to ask them is loaded only when they are asked. */
export function personAtTerminal(noColour: boolean): Asker | undefined {
  if (!hasPerson()) return undefined;
  const load = async (): Promise<Asker> => (await import("./terminal-asker.ts")).terminalAsker(noColour);
  return {
    choose: async (...question) => (await load()).choose(...question),
    fill: async (...question) => (await load()).fill(...question),
    confirm: async (...question) => (await load()).confirm(...question),
  };
}
