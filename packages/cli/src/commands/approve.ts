import type { CommandRow, Permissions } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import { describeFacts } from "../describe-facts.ts";
import type { Program } from "../main.ts";
import { hasPerson } from "../terminal.ts";
import { printable } from "../show-error.ts";
import { approveFrom } from "./approve-from.ts";
import { askYes } from "../terminal-questions.ts";
import { findCommand, type GlobalOptions, type Session, withLever } from "./open-lever.ts";
import { ALLOW_HELP, DENY_HELP, type GrantOptions, hasGrants, readGrants } from "./permission-grants.ts";

interface Options extends GlobalOptions, GrantOptions {
  commands?: string[] | undefined;
  from?: string | undefined;
  format?: string | undefined;
  yes?: boolean | undefined;
}

export function approve(program: Program, setExit: (code: number) => void): CommandModule<object, Options> {
  return {
    command: "approve [commands..]",
    describe: "Say yes to commands as they now stand, or with other permissions",
    builder: (yargs) =>
      yargs
        .positional("commands", {
          type: "string",
          array: true,
          describe: "Each an id or a phrase; without any, lists what is not approved",
        })
        .option("allow", { type: "string", array: true, nargs: 1, describe: `Widen: ${ALLOW_HELP}` })
        .option("deny", { type: "string", array: true, nargs: 1, describe: `Narrow: ${DENY_HELP}` })
        .option("cwd", { type: "string", requiresArg: true, describe: "here, scratch or a folder" })
        .option("timeout", { type: "number", requiresArg: true, describe: "Seconds until it is stopped" })
        .option("from", { type: "string", requiresArg: true, describe: "Walk through what an imported file brought" })
        .option("format", { type: "string", requiresArg: true, implies: "from", describe: "How that file is read" })
        .option("yes", { type: "boolean", alias: "y", describe: "Ask nothing" }) as never,
    handler: (options) =>
      withLever(program, options, async (session) => {
        if (options.from !== undefined) {
          if (await approveFrom({ ...options, from: options.from }, session)) setExit(126);
          return;
        }
        const rows = (options.commands ?? []).map((name) => findCommand(session.lever, name));
        if (rows.length === 0) {
          listUnapproved(session, options);
          return;
        }
        // All are looked up, and all grants read, before the first is changed.
        const changes = rows.map((row) => (hasGrants(options) ? readGrants(options, row.permissions) : null));
        for (const [at, row] of rows.entries()) {
          if (!(await approveOne(session, row, changes[at] ?? null, options))) setExit(126);
        }
      }),
  };
}

async function approveOne(
  { lever, palette, print, note }: Session,
  row: CommandRow,
  changes: Partial<Permissions> | null,
  options: Options,
): Promise<boolean> {
  const shown: CommandRow = changes === null ? row : { ...row, permissions: { ...row.permissions, ...changes } };
  const ask = !options.yes && !options.json && hasPerson();
  const facts = describeFacts(shown, palette).slice(0, changes === null ? undefined : -1);
  if (ask && !(await askYes([`Approve this?`, ...facts].join("\n")))) {
    note(`not approved: ${printable(row.phrase)}`);
    return false;
  }
  const approved = changes === null ? lever.approve(row) : lever.adjustPermissions(row, changes);
  if (options.json) print(JSON.stringify(approved));
  else if (ask) print(`approved: ${palette.strong(printable(approved.phrase))}`);
  else print(["approved:", ...describeFacts(approved, palette)].join("\n"));
  return true;
}

function listUnapproved({ lever, palette, print, note }: Session, { json }: Options): void {
  const waiting = lever.list().filter(({ approved }) => !approved);
  for (const { id } of waiting) {
    const row = findCommand(lever, id);
    print(
      json
        ? JSON.stringify(row)
        : [...describeFacts(row, palette), `  ${palette.faint(`lever approve ${id}`)}`].join("\n"),
    );
  }
  if (waiting.length === 0) note("everything here is approved");
}
