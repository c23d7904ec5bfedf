import type { BoundCommand } from "@lever-runner/native";
import type { Config } from "../config.ts";
import type { Environment } from "../environment.ts";
import type { Request } from "../request.ts";
import { childEnvironment } from "./child-environment.ts";

/** What `lever-sandbox` reads from its policy pipe. */
export interface SandboxPolicy {
  version: 1;
  argv: string[];
  /** Others that it starts by name; each has to be as safe from strangers as the first. */
  programs: string[];
  cwd: string;
  env: Record<string, string>;
  allow_env: string[];
  mode: "terminal" | "captured";
  timeout_ms: number | null;
  grace_ms: number;
  scratch: { root: string } | null;
  limits: {
    cpu_s: number | null;
    file_bytes: number | null;
    data_bytes: number | null;
    files: number | null;
    processes: number | null;
  };
  permissions: {
    cwd: string;
    read: string[];
    /** Those of `read` and `write` that were checked as they are: where a link has come between, nothing is opened. */
    checked: string[];
    write: "none" | "here" | string[];
    net: "none" | "unix" | "all";
    netlink: boolean;
    processes: "own" | "see" | "signal";
    host: boolean;
    detach: boolean;
    named_secrets: string[];
    repository: "unused" | "closed" | "open";
  };
  home: string;
  deny_read: string[];
  accept_weaker: boolean;
  confine: "on" | "off";
}

const CAPTURED_TIMEOUT_SECONDS = 30;
const GRACE_MS = 5_000;
const GIB = 1024 ** 3;

/** The policy for one run: a pure function of the command, the request and the settings. */
export function buildPolicy(
  command: BoundCommand,
  request: Request,
  config: Config,
  environment: Environment,
  acceptWeaker = false,
): SandboxPolicy {
  const { permissions } = command;
  return {
    version: 1,
    argv: command.argv,
    programs: command.programs,
    cwd: request.cwd,
    env: childEnvironment(environment.variables, permissions.env, command.secrets),
    allow_env: permissions.env,
    mode: request.output,
    timeout_ms: timeoutOf(command, request, config),
    grace_ms: GRACE_MS,
    scratch: { root: environment.temporaryFolder },
    limits: { cpu_s: null, file_bytes: 8 * GIB, data_bytes: 4 * GIB, files: 4096, processes: 512 },
    permissions: {
      cwd: permissions.cwd,
      read: permissions.read,
      checked: command.checked_paths,
      write: permissions.write,
      net: permissions.net,
      netlink: permissions.netlink,
      processes: permissions.processes,
      host: permissions.host,
      detach: permissions.detach,
      named_secrets: permissions.secrets,
      repository: permissions.repository,
    },
    home: environment.homeFolder,
    deny_read: [...new Set([config.home, environment.dataFolder, environment.configFile])],
    accept_weaker: acceptWeaker,
    confine: config.sandbox,
  };
}

/** The limit that somebody chose: in the request, for the command, in the settings. Null where nobody did. */
export function chosenTimeout(command: BoundCommand, request: Request, config: Config): number | null {
  return request.timeoutSeconds ?? command.permissions.timeout_s ?? config.command_timeout_sec;
}

/** A person's terminal sets no limit of its own; what is captured for a program always has one. */
function timeoutOf(command: BoundCommand, request: Request, config: Config): number | null {
  const seconds =
    chosenTimeout(command, request, config) ?? (request.output === "captured" ? CAPTURED_TIMEOUT_SECONDS : null);
  return seconds === null ? null : Math.round(seconds * 1000);
}
