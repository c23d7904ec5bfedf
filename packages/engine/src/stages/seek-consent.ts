import type { BoundCommand } from "@lever-runner/native";
import type { MatchKind } from "../record.ts";
import type { Asker, Proposal, Request } from "../request.ts";
import { type ConfirmTokens, tokenProblem } from "./confirm-tokens.ts";
import { stakeOf, weigh } from "./consent-policy.ts";

export type { ConfirmTokens } from "./confirm-tokens.ts";

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
  | {
      status: "needs_confirmation";
      why: string;
      /** Confirms this run when it is asked for again with it. Null where none could be made. */
      token: string | null;
    }
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
  tokens: ConfirmTokens;
  /** What is to be said of a program that is now another file. */
  moved: string | null;
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
    moved: context.moved,
  });
  if (verdict.action === "run") return approve(command, false);
  // A yes in advance is to a command that somebody has seen.
  if (request.yes && command.approved && mayConfirm(request)) return approve(command, true);
  let { why } = verdict;
  if (request.confirmToken !== undefined) {
    const problem = presentToken(request.confirmToken, command, request, context.tokens);
    if (problem === null) return approve(command, true);
    why = `${verdict.why}, and ${problem}`;
  }
  if (context.asker === undefined) return { status: "needs_confirmation", why, token: context.tokens.issue(command) };
  const agreed = await context.asker.confirm(propose(command, request.cwd, why));
  return agreed ? approve(command, true) : { status: "declined", why: "you said no" };
}

/** Null where the token confirms this run; it is used up then. */
function presentToken(token: string, command: BoundCommand, request: Request, tokens: ConfirmTokens): string | null {
  if (!mayConfirm(request)) return "this caller has no scope to confirm";
  return tokenProblem(tokens.redeem(token, command));
}

function mayConfirm(request: Request): boolean {
  return request.caller.kind === "person" || request.caller.scopes.has("confirm");
}

function approve(command: BoundCommand, confirmed: boolean): Consent {
  const approved = freezeDeep({ command, confirmed }) as unknown as ApprovedCommand;
  approvedCommands.add(approved);
  return { status: "approved", approved };
}

/** What was approved stays as it was: not even a word of its arguments can be changed on the way. */
function freezeDeep<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === "object" && part !== null && !Object.isFrozen(part)) freezeDeep(part as object);
  }
  return Object.freeze(value);
}

export function propose(command: BoundCommand, cwd: string, why: string): Proposal {
  return {
    phrase: command.phrase,
    command: {
      template: command.template,
      argv: command.argv,
      script: command.script,
      display: command.display,
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
