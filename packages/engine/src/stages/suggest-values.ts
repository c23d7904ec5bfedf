import type { BoundCommand, Core } from "@lever-runner/native";
import type { Request } from "../request.ts";
import type { Suggest } from "./bind-values.ts";
import { runSandboxed, type SandboxContext } from "./run-sandboxed.ts";
import { type ConfirmTokens, seekConsent } from "./seek-consent.ts";

/** A person waits for the list. */
const TIMEOUT_SECONDS = 5;
const SAY_AFTER_MS = 1_000;
const NO_TOKENS: ConfirmTokens = { issue: () => null, redeem: () => "unknown" };

/** Lists what parameters can be by their suggestion commands: approved ones only, captured, without network. */
export function suggesterFor(
  core: Core,
  request: Request,
  sandbox: SandboxContext,
  notify: (notice: string) => void,
): Suggest {
  return async (commandId, parameter) => {
    const listing = core.suggestion(request.namespace, commandId, parameter);
    if (listing === null || !listing.approved) return [];
    const slow = setTimeout(() => {
      notify(`looking up what ${parameter} can be: ${listing.display}`);
    }, SAY_AFTER_MS);
    try {
      const listed = await runListing(narrow(listing), request, sandbox);
      return listed.length === 0 ? [] : core.rememberValues(request.namespace, commandId, parameter, listed);
    } finally {
      clearTimeout(slow);
    }
  };
}

/** It was compiled as a listing; this holds whatever a store says. */
function narrow(listing: BoundCommand): BoundCommand {
  const { permissions } = listing;
  const net = permissions.net === "all" ? "none" : permissions.net;
  return { ...listing, permissions: { ...permissions, write: "none", net, host: false, detach: false } };
}

async function runListing(listing: BoundCommand, asked: Request, sandbox: SandboxContext): Promise<string[]> {
  const request: Request = {
    ...asked,
    yes: false,
    confirmToken: undefined,
    output: "captured",
    timeoutSeconds: TIMEOUT_SECONDS,
  };
  const consent = await seekConsent(listing, request, {
    kind: "exact",
    chosen: false,
    trustFloor: 0,
    asker: undefined,
    tokens: NO_TOKENS,
    moved: null,
  });
  if (consent.status !== "approved") return [];
  const { facts } = await runSandboxed(consent.approved, request, sandbox);
  if (facts.exit_code !== 0) return [];
  const lines = (facts.stdout ?? "").split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "");
}
