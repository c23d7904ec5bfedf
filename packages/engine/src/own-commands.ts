import type { CommandRow, Core, Permissions, Taught, TeachInput } from "@lever-runner/native";
import type { Environment } from "./environment.ts";
import { LeverError } from "./errors.ts";
import { findPrograms } from "./stages/locate-programs.ts";

/** Teaches, and where that approves the command, remembers where its programs are: another place is asked about. */
export function teachHere(core: Core, input: TeachInput, namespace: string, environment: Environment): Taught {
  const taught = core.teach(namespace, input);
  if (input.approve && (taught.status === "created" || taught.status === "replaced")) {
    rememberPrograms(core, namespace, taught.command_id, taught.understood.programs, environment);
  }
  return taught;
}

/** Approves what the row shows, or a command by its id as it stands: an approval is bound to the digests. */
export function approveAsShown(core: Core, command: CommandRow | string, namespace: string): CommandRow {
  const row = typeof command === "string" ? core.find(namespace, command) : command;
  if (row === null) throw new LeverError("usage", `no command has the id ${String(command)}`, { hint: "lever list" });
  for (const suggestion of row.suggestions ?? []) {
    if (!suggestion.approved) core.approveSuggestion(namespace, row.id, suggestion.digest);
  }
  return core.approve(namespace, row.id, row.digest);
}

/** Changes the permissions of the command that the row shows. */
export function adjustHere(
  core: Core,
  row: CommandRow,
  changes: Partial<Permissions>,
  namespace: string,
  environment: Environment,
): CommandRow {
  const adjusted = core.adjustPermissions(namespace, row.id, row.digest, changes);
  rememberPrograms(core, namespace, adjusted.id, adjusted.programs, environment);
  return adjusted;
}

function rememberPrograms(
  core: Core,
  namespace: string,
  id: string,
  programs: readonly string[],
  environment: Environment,
): void {
  core.rememberPrograms(namespace, id, findPrograms(programs, environment.variables["PATH"]));
}
