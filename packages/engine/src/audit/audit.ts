import type { Binding, BoundCommand, CommandRow, Parameter, Payload } from "@lever-runner/native";
import type { Environment } from "../environment.ts";
import type { Request } from "../request.ts";
import { runSandboxed, type SandboxContext } from "../stages/run-sandboxed.ts";
import { seekConsent } from "../stages/seek-consent.ts";
import { AuditFolder } from "./audit-folder.ts";
import { findFault } from "./compare-records.ts";
import { ordinaryValues } from "./ordinary-value.ts";

/** One value that did not stay data. */
export interface AuditFinding {
  parameter: string;
  payload: string;
  class: string;
  what: string;
}

/** How a command stood. */
export interface CommandAudit {
  command_id: string;
  phrase: string;
  template: string;
  verdict: "intact" | "broken" | "not_fired";
  /** Why nothing was fired. */
  why: string | null;
  /** Values that arrived, and values that were refused before anything ran. */
  fired: number;
  refused: number;
  broken: AuditFinding[];
}

export interface AuditContext {
  bind(command: CommandRow, values: Readonly<Record<string, string>>): Binding;
  payloads: readonly Payload[];
  sandbox: SandboxContext;
  /** Called before each command. */
  onProgress(done: number, total: number, phrase: string): void;
  signal: AbortSignal | undefined;
}

const TIMEOUT_SECONDS = 120;
/** Programs that payloads name; they have to be there to be seen starting. */
const PAYLOAD_WORD = /[A-Za-z][\w.-]{0,15}/g;
/** Scripts in which a value may decide what starts: a condition, or a file that can or cannot be opened. */
const DECIDES_BY_VALUE = /\b(if|case|while|until|test)\b|\[|&&|\|\||[<>]/;
const FINDS_PROGRAMS_ITSELF = /\b(PATH=|hash\b|command\s+-p)/;

/**
 * Fires every payload at every parameter of every command: bound as a request's values are, then run in the sandbox with a
 * recorder in the place of each program, so that no real one starts.
 */
export async function auditCommands(commands: readonly CommandRow[], context: AuditContext): Promise<CommandAudit[]> {
  const { temporaryFolder, variables } = context.sandbox.environment;
  const folder = new AuditFolder(temporaryFolder, variables["PATH"]);
  const audits: CommandAudit[] = [];
  try {
    for (const [at, command] of commands.entries()) {
      context.signal?.throwIfAborted();
      context.onProgress(at, commands.length, command.phrase);
      audits.push(await auditCommand(command, folder, context));
    }
    context.onProgress(commands.length, commands.length, "");
    return audits;
  } finally {
    folder.remove();
  }
}

interface Shot {
  number: number;
  parameter: string;
  payload: Payload;
  values: Record<string, string>;
}

async function auditCommand(command: CommandRow, folder: AuditFolder, context: AuditContext): Promise<CommandAudit> {
  const result: CommandAudit = {
    command_id: command.id,
    phrase: command.phrase,
    template: command.template,
    verdict: "intact",
    why: null,
    fired: 0,
    refused: 0,
    broken: [],
  };
  const notFired = (why: string): CommandAudit => ({ ...result, verdict: "not_fired", why });
  const hidden = namesProgramsByPath(command);
  if (hidden !== null) return notFired(hidden);

  const ordinary = bindOrdinary(command, context);
  if ("why" in ordinary) return notFired(ordinary.why);
  folder.begin([...command.programs, "touch", ...programsIn(context.payloads)]);
  const baseline = folder.add(ordinary.bound);
  const shots: Shot[] = [];
  for (const { name } of command.parameters) {
    for (const payload of context.payloads) {
      const values = { ...ordinary.values, [name]: payload.value };
      const binding = context.bind(command, values);
      if (binding.status === "bound")
        shots.push({ number: folder.add(binding.command), parameter: name, payload, values });
      else result.refused += 1;
    }
  }
  folder.finish();
  const ended = await runDriver(folder, context);
  if (ended !== null) return notFired(ended);

  const expected = folder.read(baseline);
  const branches = command.script !== null && DECIDES_BY_VALUE.test(command.script);
  for (const { number, parameter, payload, values } of shots) {
    result.fired += 1;
    const what = findFault(expected, folder.read(number), {
      ordinary: ordinary.values,
      values,
      branches,
      script: command.script ?? "",
    });
    if (what !== null) result.broken.push({ parameter, payload: payload.name, class: payload.class, what });
  }
  return { ...result, verdict: result.broken.length > 0 ? "broken" : "intact" };
}

/** In a script a program's path cannot be replaced by a recorder's without changing the script that is looked at. */
function namesProgramsByPath({ script, programs }: CommandRow): string | null {
  if (script === null) return null;
  const named = programs.find((program) => program.includes("/"));
  if (named !== undefined) return `its script names ${named} by its path, and no real program may run`;
  return FINDS_PROGRAMS_ITSELF.test(script)
    ? "its script changes where programs are found, and no real one may run"
    : null;
}

type Ordinary = { bound: BoundCommand; values: Record<string, string> } | { why: string };

/** Binds the command to values that no rule refuses, parameter by parameter. */
function bindOrdinary(command: CommandRow, context: AuditContext): Ordinary {
  const values: Record<string, string> = {};
  for (const [at, parameter] of command.parameters.entries()) {
    const value = ordinaryValues(parameter, at).find((candidate) => takes(command, parameter, candidate, context));
    if (value === undefined) return { why: `no ordinary value is known for ${parameter.name} (${parameter.type})` };
    values[parameter.name] = value;
  }
  const binding = context.bind(command, values);
  if (binding.status === "bound") return { bound: binding.command, values };
  return { why: binding.status === "refused" ? binding.refusal.message : "a value is missing" };
}

/** Whether a value is refused for this parameter; what others lack does not matter here. */
function takes(command: CommandRow, parameter: Parameter, value: string, context: AuditContext): boolean {
  const others = command.parameters.filter(({ name }) => name !== parameter.name);
  const values = Object.fromEntries(others.map((other, at) => [other.name, ordinaryValues(other, at)[0] ?? ""]));
  const binding = context.bind(command, { ...values, [parameter.name]: value });
  return binding.status === "bound" || (binding.status === "refused" && binding.refusal.parameter !== parameter.name);
}

const programWords = new WeakMap<readonly Payload[], string[]>();

function programsIn(payloads: readonly Payload[]): string[] {
  const known = programWords.get(payloads);
  if (known !== undefined) return known;
  const words = new Set(
    payloads.flatMap(({ value }) => (value.length > 1000 ? [] : (value.match(PAYLOAD_WORD) ?? []))),
  );
  programWords.set(payloads, [...words]);
  return [...words];
}

/** Runs all cases in one sandboxed run. Null, or why they cannot be judged. */
async function runDriver(folder: AuditFolder, { sandbox, signal }: AuditContext): Promise<string | null> {
  const request: Request = {
    text: "audit",
    namespace: "default",
    caller: { kind: "person" },
    cwd: folder.root,
    parameters: {},
    dryRun: false,
    yes: false,
    timeoutSeconds: TIMEOUT_SECONDS,
    output: "captured",
    explain: false,
    signal,
  };
  const consent = await seekConsent(driverCommand(folder), request, {
    kind: "exact",
    chosen: false,
    trustFloor: 0,
    asker: undefined,
    tokens: { issue: () => null, redeem: () => "unknown" },
    moved: null,
  });
  if (consent.status !== "approved") throw new TypeError(`the audit's own driver was held back: ${consent.why}`);
  const environment: Environment = {
    ...sandbox.environment,
    variables: { ...sandbox.environment.variables, PATH: folder.bin },
  };
  const { error, facts } = await runSandboxed(consent.approved, request, { ...sandbox, environment });
  signal?.throwIfAborted();
  if (error !== null) return error.message;
  return facts.timed_out ? `it did not end within ${TIMEOUT_SECONDS} s` : null;
}

/** Recorders only, in a folder of their own: it reads the system and writes there. */
function driverCommand(folder: AuditFolder): BoundCommand {
  return {
    command_id: "audit",
    phrase: "audit",
    template: "sh driver.sh",
    argv: ["/bin/sh", folder.driver],
    script: null,
    secrets: {},
    checked_paths: [],
    display: "sh driver.sh",
    value_spans: [],
    parameters: {},
    has_parameters: false,
    effects: { reads: true, writes: false, destroys: false, privileged: false, network: false, unknown: false },
    permissions: {
      cwd: folder.root,
      read: [],
      secrets: [],
      write: [folder.root],
      repository: "unused",
      net: "none",
      netlink: false,
      processes: "own",
      env: [],
      interactive: false,
      timeout_s: TIMEOUT_SECONDS,
      ok_exit: [],
      detach: false,
      host: false,
    },
    digest: "",
    trust: 100,
    approved: true,
    confirmed_before: false,
    programs: [],
    program_paths: {},
    keep_output: false,
  };
}
