import type { BoundCommand } from "@lever-runner/native";
import type { Request } from "./request.ts";
import { type Outcome, runSandboxed, type SandboxContext } from "./stages/run-sandboxed.ts";
import { seekConsent } from "./stages/seek-consent.ts";

const NOTHING: BoundCommand = {
  command_id: "probe",
  phrase: "do nothing",
  template: "true",
  argv: ["true"],
  script: null,
  secrets: {},
  display: "true",
  value_spans: [],
  parameters: {},
  has_parameters: false,
  effects: { reads: true, writes: false, destroys: false, privileged: false, network: false, unknown: false },
  permissions: {
    cwd: "scratch",
    read: [],
    secrets: [],
    write: "none",
    repository: "unused",
    net: "none",
    netlink: false,
    processes: "own",
    env: [],
    interactive: false,
    timeout_s: 10,
    ok_exit: [],
    detach: false,
    host: false,
  },
  checked_paths: [],
  digest: "",
  trust: 100,
  approved: true,
  confirmed_before: false,
  programs: ["true"],
  program_paths: {},
  keep_output: false,
};

/** Runs `true` under the tightest permissions, to see whether this machine can confine a command. */
export async function probeSandbox(context: SandboxContext): Promise<Outcome> {
  const request: Request = {
    text: "do nothing",
    namespace: "default",
    caller: { kind: "person" },
    cwd: context.environment.folder,
    parameters: {},
    dryRun: false,
    yes: false,
    timeoutSeconds: null,
    output: "captured",
    explain: false,
    signal: undefined,
  };
  const consent = await seekConsent(NOTHING, request, {
    kind: "exact",
    chosen: false,
    trustFloor: 0,
    asker: undefined,
    tokens: { issue: () => null, redeem: () => "unknown" },
    moved: null,
  });
  if (consent.status !== "approved") throw new TypeError(`a harmless command was held back: ${consent.why}`);
  return runSandboxed(consent.approved, request, context);
}
