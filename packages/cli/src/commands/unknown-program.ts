import type { Permissions, Understood } from "@lever-runner/engine";
import { printable } from "../show-error.ts";
import { askOne } from "../terminal-questions.ts";

type Reach = "here" | "network" | "host";

/** Also what is taken where nobody can be asked. */
export const NARROWEST: Partial<Permissions> = { write: "here", net: "none", host: false };

const GRANTS: Readonly<Record<Reach, Partial<Permissions>>> = {
  here: NARROWEST,
  network: { write: "here", net: "all", host: false },
  host: { host: true },
};

/** How far a program reaches that nothing is known of: one question, at the terminal. Null where it was not answered. */
export async function askReach(understood: Understood): Promise<Partial<Permissions> | null> {
  const names = understood.unknown_programs.map(printable).join(", ");
  const reach = await askOne<Reach>(
    `${printable(understood.template)}\nlever does not know ${names}. What may it do?`,
    [
      { value: "here", label: "here", hint: "read the system, write in the folder it runs in, no network" },
      { value: "network", label: "here + network", hint: "the same, and connect anywhere" },
      { value: "host", label: "unconfined", hint: "all that you may do yourself; asks before each run" },
    ],
  );
  return reach === null ? null : GRANTS[reach];
}

/** What is said where nobody could be asked. */
export function unknownNote(understood: Understood): string {
  const names = understood.unknown_programs.map(printable).join(", ");
  return `lever does not know ${names}, so it may write here and nothing else; --allow net=all or --allow host widens that`;
}
