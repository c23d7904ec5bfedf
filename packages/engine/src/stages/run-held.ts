import type { Asker, Request } from "../request.ts";
import { type Outcome, runSandboxed, type SandboxContext } from "./run-sandboxed.ts";
import { type ApprovedCommand, propose } from "./seek-consent.ts";

/** What `lever-sandbox` says of a kernel that does not know every restriction. */
export const KERNEL_LACKS = "kernel_lacks";

/**
 * Runs an approved command. Where this kernel does not know a restriction that the run should have, nothing runs before a
 * person has accepted that; a program never does.
 * @returns an outcome with the error {@link KERNEL_LACKS} where nobody did.
 */
export async function runHeld(
  approved: ApprovedCommand,
  request: Request,
  context: SandboxContext,
  asker: Asker | undefined,
): Promise<Outcome> {
  const outcome = await runSandboxed(approved, request, context);
  if (outcome.error?.code !== KERNEL_LACKS) return outcome;
  const accepted =
    request.caller.kind === "person" &&
    (request.yes || ((await asker?.confirm(propose(approved.command, request.cwd, outcome.error.message))) ?? false));
  return accepted ? runSandboxed(approved, request, { ...context, acceptWeaker: true }) : outcome;
}
