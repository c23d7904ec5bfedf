import { constants } from "node:os";
import type { Core, Recorded } from "@lever-runner/native";
import type { Candidate, Match } from "../record.ts";
import type { Request } from "../request.ts";
import { stakeOf } from "./consent-policy.ts";
import type { Outcome } from "./run-sandboxed.ts";
import type { ApprovedCommand } from "./seek-consent.ts";

/** What is remembered of one run. Output is not: it may hold anything. */
export interface RunFacts {
  id: string;
  request: Request;
  match: Match;
  candidate: Candidate;
  chosen: boolean;
  approved: ApprovedCommand;
  outcome: Outcome;
}

const NOT_THE_COMMANDS_DOING: ReadonlySet<string> = new Set(["SIGPIPE", "SIGINT"]);

/** How the outcome moves trust. What a person or a pipe ended, and what never started, moves nothing. */
export function judge(
  outcome: Outcome,
  okExit: readonly number[],
  personSetTheTimeout: boolean,
): "success" | "failure" | "neither" {
  const { exit_code: code, signal, timed_out: timedOut } = outcome.facts;
  if (outcome.error !== null || outcome.interrupted) return "neither";
  if (timedOut) return personSetTheTimeout ? "neither" : "failure";
  if (signal !== null) return NOT_THE_COMMANDS_DOING.has(signal) ? "neither" : "failure";
  return code === 0 || (code !== null && okExit.includes(code)) ? "success" : "failure";
}

export function recordRun(core: Core, facts: RunFacts): Recorded {
  const { approved, outcome, request, match } = facts;
  const { command } = approved;
  const verdict = judge(outcome, command.permissions.ok_exit, request.timeoutSeconds !== null);
  const askedAPerson = facts.chosen || (approved.confirmed && match.kind !== "exact");
  return core.record(request.namespace, {
    id: facts.id,
    request: request.text,
    command_id: facts.candidate.command_id,
    argv: command.argv,
    parameters: command.parameters,
    digest: command.digest,
    phrase: facts.candidate.phrase,
    gate: match.gate,
    kind: match.kind,
    caller: request.caller.kind,
    cwd: request.cwd,
    confirmed: approved.confirmed,
    exit_code: outcome.facts.exit_code,
    signal: outcome.facts.signal === null ? null : (constants.signals[outcome.facts.signal as NodeJS.Signals] ?? null),
    timed_out: outcome.facts.timed_out,
    duration_ms: outcome.facts.duration_ms,
    stdout_bytes: outcome.stdoutBytes,
    stderr_bytes: outcome.stderrBytes,
    truncated: outcome.facts.truncated,
    sandbox: outcome.sandbox,
    verdict,
    learn: askedAPerson && verdict === "success" && stakeOf(command.effects, command.has_parameters) !== "destroys",
  });
}
