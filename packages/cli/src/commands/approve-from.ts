import { type CommandRow, LeverError } from "@lever-runner/engine";
import { askChoice } from "../ask-at-terminal.ts";
import { describeEffects, describePermissions } from "../describe-command.ts";
import { hasPerson } from "../terminal.ts";
import { printable } from "../show-error.ts";
import { STANDARD_INPUT } from "./match.ts";
import type { Session } from "./open-lever.ts";

export interface ApproveFromOptions {
  from: string;
  format?: string | undefined;
  yes?: boolean | undefined;
  json?: boolean | undefined;
}

type Answer = "all" | "each" | "none" | "stop";

/** Commands with the same effects: what can be judged together. */
export interface Group {
  effects: string;
  rows: CommandRow[];
}

/**
 * Walks through the unapproved commands that a file brought, the harmless first, each group shown in full before it is
 * asked about. Returns whether some still wait.
 */
export async function approveFrom(options: ApproveFromOptions, session: Session): Promise<boolean> {
  const { lever, note, palette, print } = session;
  const path = options.from === STANDARD_INPUT ? undefined : options.from;
  const ids = lever.files.unapprovedIn({ path, format: options.format });
  const rows = ids.map((id) => lever.find(id)).filter((row) => row !== null);
  if (rows.length === 0) {
    note("nothing in it waits for approval");
    return false;
  }
  if (!options.yes && !hasPerson())
    throw new LeverError("usage", `${rows.length} commands wait, and nobody sits at a terminal to be asked`, {
      hint: "lever list shows them; lever approve --from FILE --yes approves them all",
    });
  const approved = (row: CommandRow): void => {
    // By the digest that was shown: a command that was changed meanwhile is refused.
    const now = lever.approve(row);
    print(options.json ? JSON.stringify(now) : `approved: ${printable(now.phrase)}`);
  };
  let waiting = rows.length;
  for (const { effects, rows: group } of groupByEffects(rows)) {
    note(`\n${palette.strong(`${effects}: ${group.length}`)}`);
    for (const row of group) note(describe(row));
    const answer = options.yes ? "all" : await askGroup(group.length);
    if (answer === "stop") break;
    if (answer === "none") continue;
    for (const row of group) {
      if (answer === "each" && !(await askOne(row))) continue;
      approved(row);
      waiting -= 1;
    }
  }
  if (waiting > 0) note(`${waiting} still wait`);
  return waiting > 0;
}

/** Reading first, then what writes, then what destroys or needs privileges. */
export function groupByEffects(rows: readonly CommandRow[]): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const effects = row.permissions.host ? `${describeEffects(row.effects)}, unconfined` : describeEffects(row.effects);
    const group = groups.get(effects);
    if (group === undefined) groups.set(effects, { effects, rows: [row] });
    else group.rows.push(row);
  }
  return [...groups.values()].toSorted((one, other) => stake(one) - stake(other));
}

function stake({ rows: [row] }: Group): number {
  if (row === undefined) return 0;
  const { destroys, network, privileged, unknown, writes } = row.effects;
  return (
    Number(network) +
    2 * Number(writes) +
    4 * Number(unknown) +
    8 * Number(destroys) +
    16 * Number(privileged) +
    32 * Number(row.permissions.host)
  );
}

function describe(row: CommandRow): string {
  return `  ${printable(row.phrase)}\n    ${printable(row.template)}\n    ${describePermissions(row.permissions)}`;
}

function askGroup(count: number): Promise<Answer> {
  return askChoice<Answer>(
    count === 1 ? "Approve it?" : `Approve these ${count}?`,
    [
      { value: "none", label: "no" },
      { value: "all", label: count === 1 ? "yes" : "yes, all of them" },
      ...(count === 1 ? [] : [{ value: "each" as const, label: "one by one" }]),
      { value: "stop", label: "stop here" },
    ],
    "stop",
  );
}

function askOne(row: CommandRow): Promise<boolean> {
  return askChoice(
    `${printable(row.phrase)}\n${printable(row.template)}`,
    [
      { value: false, label: "no" },
      { value: true, label: "yes" },
    ],
    false,
  );
}
