import type { BoundCommand } from "@lever-runner/native";
import type { MatchKind } from "../record.ts";
import type { Asker, Proposal, Request } from "../request.ts";
import { stakeOf, weigh } from "./consent-policy.ts";

declare const approval: unique symbol;

/** A command that may run now. Only this file can make one, and the spawn stage takes nothing else. */
export interface ApprovedCommand {
  readonly [approval]: true;
  readonly command: BoundCommand;
  /** A person said yes to this very command, in this request. */
  readonly confirmed: boolean;
}

export type Consent =
  | { status: "approved"; approved: ApprovedCommand }
  | { status: "needs_confirmation"; why: string }
  | { status: "declined"; why: string };

const approvedCommands = new WeakSet<object>();

/** Whether this very object came out of the consent stage; a look-alike did not. */
export function isApproved(value: unknown): value is ApprovedCommand {
  return typeof value === "object" && value !== null && approvedCommands.has(value);
}

export interface ConsentContext {
  kind: Exclude<MatchKind, "none">;
  chosen: boolean;
  trustFloor: number;
  asker: Asker | undefined;
}

export async function seekConsent(command: BoundCommand, request: Request, context: ConsentContext): Promise<Consent> {
  if (request.caller.kind === "program" && request.caller.readsOnly) {
    const changes = stakeOf(command.effects, command.has_parameters) !== "reads";
    if (changes || !command.approved)
      return { status: "declined", why: "without a token only approved commands that change nothing run" };
  }
  const verdict = weigh({
    kind: context.kind,
    chosen: context.chosen,
    effects: command.effects,
    hasParameters: command.has_parameters,
    trust: command.trust,
    trustFloor: context.trustFloor,
    approved: command.approved,
    confirmedBefore: command.confirmed_before,
  });
  if (verdict.action === "run") return approve(command, false);
  if (request.yes && mayConfirm(request)) return approve(command, true);
  if (context.asker === undefined) return { status: "needs_confirmation", why: verdict.why };
  const agreed = await context.asker.confirm(propose(command, request.cwd, verdict.why));
  return agreed ? approve(command, true) : { status: "declined", why: "you said no" };
}

function mayConfirm(request: Request): boolean {
  return request.caller.kind === "person" || request.caller.scopes.has("confirm");
}

function approve(command: BoundCommand, confirmed: boolean): Consent {
  const approved = Object.freeze({ command: Object.freeze(command), confirmed }) as unknown as ApprovedCommand;
  approvedCommands.add(approved);
  return { status: "approved", approved };
}

export function propose(command: BoundCommand, cwd: string, why: string): Proposal {
  return {
    phrase: command.phrase,
    command: {
      template: command.template,
      argv: command.argv,
      script: command.script,
      effects: command.effects,
      permissions: command.permissions,
      trust: command.trust,
    },
    display: command.display,
    valueSpans: command.value_spans,
    cwd,
    why,
  };
}
