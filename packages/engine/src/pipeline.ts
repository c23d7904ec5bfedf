import type { BoundCommand, Core, Refusal } from "@lever-runner/native";
import type { ModelCall, PhraseModel } from "./models.ts";
import type { Candidate, CommandFacts, Match, RecordError, RunRecord, RunStatus } from "./record.ts";
import type { Asker, Request } from "./request.ts";
import { recordModelCalls } from "./record-model-calls.ts";
import { newRunId } from "./run-id.ts";
import { bindValues } from "./stages/bind-values.ts";
import { confirmTokensFor } from "./stages/confirm-tokens.ts";
import { matchTemplate } from "./stages/gate1-template.ts";
import { matchSemantic } from "./stages/gate2-semantic.ts";
import { matchByModel } from "./stages/gate3-model.ts";
import { locatePrograms } from "./stages/locate-programs.ts";
import { nameCommand } from "./stages/name-command.ts";
import { readRequest } from "./stages/read-request.ts";
import { recordRun, recordUnmatched } from "./stages/record-run.ts";
import { KERNEL_LACKS, runHeld } from "./stages/run-held.ts";
import type { Outcome, SandboxContext } from "./stages/run-sandboxed.ts";
import { chosenTimeout } from "./stages/sandbox-policy.ts";
import { seekConsent } from "./stages/seek-consent.ts";
import { suggesterFor } from "./stages/suggest-values.ts";

export interface PipelineContext {
  core: Core;
  model: PhraseModel;
  sandbox: SandboxContext;
  /** A person to ask, where there is one. */
  asker: Asker | undefined;
  /** Told of what a person should know that is no part of the result: a learned alias, a store that is read-only. */
  notify: (notice: string) => void;
}

/**
 * Takes a request from words to a recorded run. Every regular end, from no match to a timeout, is a RunRecord.
 * @throws LeverError for unusable input and broken machinery.
 */
export async function answer(asked: Request, context: PipelineContext): Promise<RunRecord> {
  const request = readRequest(asked);
  const id = newRunId();
  const found = await findMatch(request, context, id);
  const { match } = found;
  const draft = startRecord(id, request, found);
  if (request.signal?.aborted) return end(draft, "refused", INTERRUPTED);

  const decided = await settleCandidate(request, match, context.asker);
  if (decided.status === "no_match" && !request.dryRun) recordUnmatched(context.core, id, request);
  if (decided.status !== "decided") return end(draft, decided.status, decided.error);
  const { candidate, chosen } = decided;

  if (match.show_only) return end(draft, "show_only");
  const binding = await bindValues(context.core, request, candidate, {
    asker: context.asker,
    home: context.sandbox.environment.homeFolder,
    suggest: suggesterFor(context.core, request, context.sandbox, context.notify),
  });
  if (binding.status === "missing") {
    return { ...end(draft, "needs_parameters"), missing_parameters: binding.parameters };
  }
  if (binding.status === "refused") return end(draft, "refused", refusalOf(binding.refusal));
  const { command } = binding;
  const bound = { ...draft, command: describe(command) };
  if (request.dryRun) return end(bound, "dry_run");

  const programs = locatePrograms(command, context.sandbox.environment.variables["PATH"]);
  const consent = await seekConsent(command, request, {
    kind: decided.kind,
    chosen,
    trustFloor: context.sandbox.config.trust_floor,
    asker: context.asker,
    tokens: confirmTokensFor(context.core, request),
    moved: programs.moved,
  });
  if (consent.status === "needs_confirmation") {
    return {
      ...end(bound, "needs_confirmation", needsConfirmation(consent.why)),
      confirm_token: consent.token,
    };
  }
  if (consent.status === "declined")
    return end(bound, "refused", { code: "declined", message: consent.why, hint: null });

  const outcome = await runHeld(consent.approved, request, context.sandbox, context.asker);
  if (outcome.error?.code === KERNEL_LACKS) return end(bound, "refused", outcome.error);
  const timeoutSet = chosenTimeout(command, request, context.sandbox.config) !== null;
  const warnings = remember(() =>
    recordRun(context.core, {
      id: draft.id,
      request,
      match,
      candidate,
      chosen,
      approved: consent.approved,
      programs,
      timeoutSet,
      outcome,
    }),
  );
  for (const learned of warnings.learned) {
    context.notify(`learned: "${learned}" now means "${candidate.phrase}" (undo: lever forget "${learned}")`);
  }
  return finish(bound, outcome, warnings.problems);
}

export interface Found {
  match: Match;
  tokens: number;
  /** What models were asked, if gate 3 was reached. */
  calls: readonly ModelCall[];
}

/**
 * Decides what a request means without running anything.
 * @param id under which calls of models are recorded
 */
export async function findMatch(
  request: Request,
  context: Pick<PipelineContext, "core" | "model" | "notify">,
  id: string,
): Promise<Found> {
  const free = (match: Match): Found => ({ match, tokens: 0, calls: [] });
  const exact = nameCommand(context.core, request) ?? (request.explain ? null : matchTemplate(context.core, request));
  if (exact !== null) return free(exact);
  const match = matchSemantic(context.core, request);
  const undecided = match.kind === "likely" || match.kind === "none";
  if (!undecided || match.show_only) return free(match);
  const reading = await matchByModel(context.core, context.model, request, match, context.notify);
  recordModelCalls(context.core, request.namespace, reading.calls, id);
  return reading;
}

const INTERRUPTED: RecordError = { code: "interrupted", message: "interrupted before anything ran", hint: null };

type Settled =
  | { status: "decided"; kind: "exact" | "sure" | "likely"; candidate: Candidate; chosen: boolean }
  | { status: "no_match" | "needs_choice" | "refused"; error: RecordError | null };

async function settleCandidate(request: Request, match: Match, asker: Asker | undefined): Promise<Settled> {
  const [best] = match.candidates;
  if (match.kind === "none" || best === undefined) return { status: "no_match", error: null };
  if (match.show_only || match.kind !== "likely")
    return { status: "decided", kind: match.kind, candidate: best, chosen: false };
  if (asker === undefined || request.dryRun) return { status: "needs_choice", error: null };
  const candidate = await asker.choose(request.text, match.candidates);
  if (candidate === null)
    return { status: "refused", error: { code: "declined", message: "nothing was chosen", hint: null } };
  return { status: "decided", kind: "likely", candidate, chosen: true };
}

function startRecord(id: string, request: Request, { match, tokens, calls }: Found): Omit<RunRecord, "status"> {
  return {
    id,
    namespace: request.namespace,
    request: request.text,
    match,
    command: null,
    missing_parameters: [],
    sandbox: null,
    outcome: null,
    confirm_token: null,
    tokens,
    model_calls: calls,
    warnings: [],
    error: null,
  };
}

function end(draft: Omit<RunRecord, "status">, status: RunStatus, error: RecordError | null = null): RunRecord {
  return { ...draft, status, error };
}

function finish(draft: Omit<RunRecord, "status">, outcome: Outcome, warnings: string[]): RunRecord {
  return { ...draft, status: "ran", sandbox: outcome.sandbox, outcome: outcome.facts, warnings, error: outcome.error };
}

function describe(command: BoundCommand): CommandFacts {
  return {
    template: command.template,
    argv: command.script === null ? command.argv : null,
    script: command.script,
    display: command.display,
    effects: command.effects,
    permissions: command.permissions,
    trust: command.trust,
  };
}

function refusalOf(refusal: Refusal): RecordError {
  return { code: refusal.code, message: refusal.message, hint: refusal.hint };
}

function needsConfirmation(why: string): RecordError {
  return {
    code: "needs_confirmation",
    message: `not run: ${why}`,
    hint: "run it at a terminal to confirm, or add --yes; a program gives the confirm token back with the same request",
  };
}

/** A store that cannot take the record must not take back a run that happened. */
function remember(write: () => { learned: string | null }): { learned: string[]; problems: string[] } {
  try {
    const { learned } = write();
    return { learned: learned === null ? [] : [learned], problems: [] };
  } catch (cause) {
    const said = (cause as Error).message.replace("\n", "; ");
    return { learned: [], problems: [`the run was not recorded: ${said}`] };
  }
}
