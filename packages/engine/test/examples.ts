import { fileURLToPath } from "node:url";
import { type BoundCommand, type Candidate, type Core, loadNative, type Match } from "@lever-runner/native";
import type { Config } from "../src/config.ts";
import type { Environment } from "../src/environment.ts";
import { MODEL_DEFAULTS } from "../src/model-config.ts";
import type { Request } from "../src/request.ts";
import type { ConfirmTokens } from "../src/stages/confirm-tokens.ts";
import type { LauncherPlace } from "../src/stages/launcher.ts";

/** Valid values of the engine's types, to be varied by a test. */
export const READS = {
  reads: true,
  writes: false,
  destroys: false,
  privileged: false,
  network: false,
  unknown: false,
} as const;

export const boundCommand = (change: Partial<BoundCommand> = {}): BoundCommand => ({
  command_id: "builtin:disk-usage",
  phrase: "check disk usage",
  template: "df -h",
  argv: ["df", "-h"],
  script: null,
  secrets: {},
  display: "df -h",
  value_spans: [],
  parameters: {},
  has_parameters: false,
  effects: READS,
  permissions: {
    cwd: "here",
    read: [],
    secrets: [],
    write: "none",
    repository: "unused",
    net: "none",
    netlink: false,
    processes: "own",
    env: [],
    interactive: false,
    timeout_s: null,
    ok_exit: [],
    detach: false,
    host: false,
  },
  checked_paths: [],
  digest: "d".repeat(64),
  trust: 50,
  approved: true,
  confirmed_before: false,
  programs: ["df"],
  program_paths: {},
  keep_output: false,
  ...change,
});

/** Tokens that confirm nothing. */
export const NO_TOKENS: ConfirmTokens = { issue: () => null, redeem: () => "unknown" };

export const request = (change: Partial<Request> = {}): Request => ({
  text: "check disk usage",
  namespace: "default",
  caller: { kind: "person" },
  cwd: "/",
  parameters: {},
  dryRun: false,
  yes: false,
  timeoutSeconds: null,
  output: "captured",
  explain: false,
  signal: undefined,
  ...change,
});

export const candidate = (change: Partial<Candidate> = {}): Candidate => ({
  command_id: "builtin:disk-usage",
  phrase: "check disk usage",
  template: "df -h",
  parameters: {},
  probability: 1,
  effects: READS,
  ...change,
});

export const match = (change: Partial<Match> = {}): Match => ({
  kind: "exact",
  gate: 1,
  cached: false,
  probability: 1,
  command_id: "builtin:disk-usage",
  phrase: "check disk usage",
  parameters: {},
  candidates: [candidate()],
  reasons: [],
  evidence: [],
  show_only: false,
  took_us: 1,
  ...change,
});

export const NO_MATCH = match({
  kind: "none",
  gate: 2,
  probability: 0,
  command_id: null,
  phrase: null,
  candidates: [],
});

export const config = (change: Partial<Config> = {}): Config => ({
  home: "/nowhere/lever-runner",
  namespace: "default",
  seed: "on",
  bank: "on",
  embedder: "auto",
  embedder_model: null,
  onnxruntime: null,
  sandbox: "on",
  command_timeout_sec: null,
  ...MODEL_DEFAULTS,
  trust_new: 50,
  trust_success: 1.5,
  trust_failure: 4,
  trust_floor: 40,
  http_port: 8765,
  http_bind: "127.0.0.1",
  http_api_token: null,
  http_rate_limit: 60,
  http_max_body_bytes: 2 * 1024 * 1024,
  max_concurrent: 8,
  path_roots: [],
  telegram_bot_token: null,
  telegram_api_root: null,
  allowed_user_id: null,
  ...change,
});

export const environment = (change: Partial<Environment> = {}): Environment => ({
  variables: { PATH: "/usr/bin:/bin", HOME: "/home/somebody" },
  homeFolder: "/home/somebody",
  temporaryFolder: "/tmp",
  folder: "/",
  dataFolder: "/nowhere/lever-runner",
  configFile: "/nowhere/lever-runner/config.toml",
  ...change,
});

/** The native calls with another launcher. */
export const launcherAt = (sandbox: string): LauncherPlace => ({
  ...loadNative({ override: process.env["LEVER_NATIVE"], from: fileURLToPath(import.meta.url) }),
  sandbox,
});

/** A core that answers as told and fails the test on every other call. */
export function coreThat(answers: Partial<Core>): Core {
  return new Proxy(answers as Core, {
    get(target, name: keyof Core & string) {
      const answer = target[name];
      if (answer !== undefined) return answer;
      return () => {
        throw new Error(`unexpected call of core.${name}`);
      };
    },
  });
}
