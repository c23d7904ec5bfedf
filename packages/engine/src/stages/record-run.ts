import { constants } from "node:os";
import type { Core, Recorded } from "@lever-runner/native";
import type { Candidate, Match } from "../record.ts";
import { callerName, type Request } from "../request.ts";
import { stakeOf } from "./consent-policy.ts";
import type { LocatedPrograms } from "./locate-programs.ts";
import type { Outcome } from "./run-sandboxed.ts";
import type { ApprovedCommand } from "./seek-consent.ts";

/** What is remembered of one run. Of its output only the end, where the command's owner wants that. */
export interface RunFacts {
  id: string;
  request: Request;
  match: Match;
  candidate: Candidate;
  chosen: boolean;
  approved: ApprovedCommand;
  programs: LocatedPrograms;
  /** The time limit was somebody's choice, and not only the default for captured runs. */
  timeoutSet: boolean;
  outcome: Outcome;
}

const NOT_THE_COMMANDS_DOING: ReadonlySet<string> = new Set(["SIGPIPE", "SIGINT"]);
/** How a shell reports the same of a program that it ran: 128 and the signal's number. */
const NOT_THE_COMMANDS_EXIT: ReadonlySet<number> = new Set([
  128 + constants.signals.SIGPIPE,
  128 + constants.signals.SIGINT,
]);

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
  if (code !== null && NOT_THE_COMMANDS_EXIT.has(code) && !okExit.includes(code)) return "neither";
  return code === 0 || (code !== null && okExit.includes(code)) ? "success" : "failure";
}

export function recordRun(core: Core, facts: RunFacts): Recorded {
  const { approved, outcome, request, match } = facts;
  const { command } = approved;
  const verdict = judge(outcome, command.permissions.ok_exit, facts.timeoutSet);
  const askedAPerson = facts.chosen || (approved.confirmed && match.kind !== "exact");
  return core.record(request.namespace, {
    id: facts.id,
    request: maskSecrets(request.text, command.secrets),
    command_id: facts.candidate.command_id,
    argv: command.argv,
    parameters: command.parameters,
    digest: command.digest,
    phrase: facts.candidate.phrase,
    gate: match.gate,
    cached: match.cached,
    kind: match.kind,
    caller: callerName(request.caller),
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
    program_paths: facts.programs.fresh,
    tail_out: command.keep_output ? maskSecrets(outcome.stdoutTail, command.secrets) : null,
    tail_err: command.keep_output ? maskSecrets(outcome.stderrTail, command.secrets) : null,
    learn: askedAPerson && verdict === "success" && stakeOf(command.effects, command.has_parameters) !== "destroys",
  });
}

/** A secret that was said in the request, or that the command printed, is stored nowhere. */
function maskSecrets(text: string, secrets: Readonly<Record<string, string>>): string {
  return Object.values(secrets)
    .filter((secret) => secret !== "")
    .reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}

/** Counts a request that nothing was found for. Failing means only that it is not counted. */
export function recordUnmatched(core: Core, id: string, request: Request): void {
  try {
    core.recordUnmatched(request.namespace, id, request.text, request.caller.kind);
  } catch {
    // A store that cannot be written does not change the answer.
  }
}
