import type { BoundCommand, ConfirmGrant, Core, Redeemed } from "@lever-runner/native";
import { callerName, type Request } from "../request.ts";

/** One-time tokens for a run that waits for a confirmation, bound to everything that was shown of it. */
export interface ConfirmTokens {
  /** Null where none can be kept: a store that cannot be written. */
  issue(command: BoundCommand): string | null;
  redeem(token: string, command: BoundCommand): Redeemed;
}

/** Tokens of this request's caller, namespace and folder. */
export function confirmTokensFor(core: Core, request: Request): ConfirmTokens {
  return {
    issue: (command) => {
      try {
        return core.issueConfirmToken(request.namespace, grantFor(command, request));
      } catch {
        return null;
      }
    },
    redeem: (token, command) => core.redeemConfirmToken(request.namespace, token, grantFor(command, request)),
  };
}

function grantFor(command: BoundCommand, request: Request): ConfirmGrant {
  return {
    caller: callerName(request.caller),
    cwd: request.cwd,
    command_id: command.command_id,
    digest: command.digest,
    argv: command.argv,
    secrets: command.secrets,
    permissions: command.permissions,
  };
}

/** Why a token did not confirm anything. Null for one that did. */
export function tokenProblem(redeemed: Redeemed): string | null {
  switch (redeemed) {
    case "good":
      return null;
    case "unknown":
      return "the confirm token is unknown or was used already";
    case "expired":
      return "the confirm token is more than five minutes old";
    case "mismatch":
      return "the confirm token was given for another run: command, values, permissions, folder, namespace and caller have to be the same";
  }
}
