import { type Lever, LeverError } from "@lever-runner/engine";
import type { Evaluation, Query } from "./trial.ts";

/** More runs than this are not looked back at. */
const RUNS = 100_000;

/**
 * Requests that ran well here: asked of the namespace as it stands, and of one that has learned nothing.
 * @throws LeverError `usage` where nothing has run yet.
 */
export function readHistory(lever: Lever): Record<string, Evaluation> {
  const commands = lever.list();
  const wanted = new Map<string, string>();
  // The latest first: what a request means now is what it meant last.
  for (const run of lever.log(RUNS)) {
    const known = commands.find(({ id }) => id === run.command_id);
    const well = run.exit_code !== null && (run.exit_code === 0 || known?.permissions.ok_exit.includes(run.exit_code));
    if (known !== undefined && well && !wanted.has(run.request)) wanted.set(run.request, run.command_id);
  }
  if (wanted.size === 0) {
    throw new LeverError("usage", "nothing has run here yet", { hint: "lever eval FILE reads requests from a file" });
  }
  const ask = (isCommand: (id: string) => (found: { command_id: string; entry: number | null }) => boolean): Query[] =>
    [...wanted].map(([text, id]) => ({ text, wanted: { isCommand: isCommand(id), hasValues: () => true } }));
  const unlearned = commands.map(({ template, phrases }) => ({
    command: template,
    phrases: phrases.filter(({ source }) => source !== "learned").map(({ text }) => text),
  }));
  const evaluation = (entries: Evaluation["trials"][number]["entries"], queries: Query[]): Evaluation => ({
    trials: [{ name: "history", entries, queries }],
    pooled: true,
    aboutValues: false,
  });
  return {
    "history, as it stands": evaluation(
      null,
      ask(
        (id) =>
          ({ command_id }) =>
            command_id === id,
      ),
    ),
    "history, without what was learned": evaluation(
      unlearned,
      ask(
        (id) =>
          ({ entry }) =>
            entry === commands.findIndex((command) => command.id === id),
      ),
    ),
  };
}
