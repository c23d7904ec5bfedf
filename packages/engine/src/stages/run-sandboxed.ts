import { constants } from "node:os";
import type { KeptOutput } from "@lever-runner/native";
import type { Config } from "../config.ts";
import type { Environment } from "../environment.ts";
import { LeverError } from "../errors.ts";
import type { OutcomeFacts, RecordError, SandboxFacts } from "../record.ts";
import type { Request } from "../request.ts";
import { type Launcher, type LauncherEnd, type LauncherPlace, startLauncher } from "./launcher.ts";
import { buildPolicy } from "./sandbox-policy.ts";
import { type ApprovedCommand, isApproved } from "./seek-consent.ts";

/** How a run ended. */
export interface Outcome {
  facts: OutcomeFacts;
  sandbox: SandboxFacts;
  /** A person or the caller broke it off. */
  interrupted: boolean;
  stdoutBytes: number;
  stderrBytes: number;
  /** The last few kilobytes; empty where the command wrote to the terminal itself. */
  stdoutTail: string;
  stderrTail: string;
  /** The command could not be started as asked, and why. */
  error: RecordError | null;
}

export interface SandboxContext {
  launcher: LauncherPlace;
  config: Config;
  environment: Environment;
  /** A person has accepted that this kernel does not know every restriction. */
  acceptWeaker?: boolean;
}

/** What `lever-sandbox` writes to its report pipe. */
interface SandboxReport {
  status: "ran" | "failed";
  exit_code: number | null;
  signal: number | null;
  timed_out: boolean;
  interrupted: boolean;
  duration_us: number;
  sandbox: {
    confined: boolean;
    landlock_abi: number | null;
    seccomp: boolean;
    no_new_privs: boolean;
    weaker: string[];
  };
  error: { code: string; message: string; hint: string | null } | null;
}

/**
 * Runs an approved command in the confined launcher and waits for its end.
 * @throws LeverError `not_approved` for anything that the consent stage did not make; `sandbox_failed` where the launcher
 * itself breaks.
 */
export async function runSandboxed(
  approved: ApprovedCommand,
  request: Request,
  context: SandboxContext,
): Promise<Outcome> {
  if (!isApproved(approved))
    throw new LeverError("not_approved", "only a command that the consent stage approved can run");
  const policy = buildPolicy(approved.command, request, context.config, context.environment, context.acceptWeaker);
  const launcher = startLauncher(context.launcher, request.output, JSON.stringify(policy), request.onOutput);
  const end = await interruptible(launcher, request.signal);
  return toOutcome(parseReport(end.report), end.stdout, end.stderr);
}

async function interruptible(launcher: Launcher, signal: AbortSignal | undefined): Promise<LauncherEnd> {
  const breakOff = (): void => {
    launcher.interrupt();
  };
  if (signal?.aborted) breakOff();
  signal?.addEventListener("abort", breakOff, { once: true });
  try {
    return await launcher.ended;
  } finally {
    signal?.removeEventListener("abort", breakOff);
  }
}

function parseReport(text: string): SandboxReport {
  try {
    return JSON.parse(text) as SandboxReport;
  } catch (cause) {
    throw new LeverError("sandbox_failed", "lever-sandbox ended without a report", {
      hint: "`lever doctor` checks the installation",
      cause,
    });
  }
}

function signalName(number: number | null): string | null {
  if (number === null) return null;
  const known = Object.entries(constants.signals).find(([, value]) => value === number);
  return known?.[0] ?? `SIG${number}`;
}

function toOutcome(report: SandboxReport, stdout: KeptOutput | null, stderr: KeptOutput | null): Outcome {
  return {
    facts: {
      exit_code: report.exit_code,
      signal: signalName(report.signal),
      timed_out: report.timed_out,
      stdout: stdout?.text ?? null,
      stderr: stderr?.text ?? null,
      truncated: (stdout?.truncated ?? false) || (stderr?.truncated ?? false),
      duration_ms: report.duration_us / 1000,
    },
    sandbox: {
      confined: report.sandbox.confined,
      landlock: report.sandbox.landlock_abi,
      seccomp: report.sandbox.seccomp,
      no_new_privs: report.sandbox.no_new_privs,
      weaker: report.sandbox.weaker,
    },
    interrupted: report.interrupted,
    stdoutBytes: stdout?.bytes ?? 0,
    stderrBytes: stderr?.bytes ?? 0,
    stdoutTail: stdout?.tail ?? "",
    stderrTail: stderr?.tail ?? "",
    error: report.error && { ...report.error },
  };
}
