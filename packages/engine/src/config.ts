import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Environment } from "./environment.ts";
import { LeverError } from "./errors.ts";
import { foreignHand } from "./foreign-hand.ts";
import { MODEL_DEFAULTS, type ModelConfigKey } from "./model-config.ts";
import type { Settings } from "./settings.ts";
import type { SettingsIssue } from "./settings-schema.ts";

/** Every setting, checked and frozen. Times in seconds, trust on 0..100. */
export type Config = Readonly<Settings>;
export type ConfigKey = keyof Config;

export type Source = "default" | "config.toml" | "environment" | "flag";

export interface LoadedConfig {
  readonly config: Config;
  readonly sources: Readonly<Record<ConfigKey, Source>>;
}

/** Flags as typed, by setting; absent ones are undefined. */
export type Flags = Partial<Record<ConfigKey, unknown>>;

/** The models' settings have their own names, in capitals. */
const ENVIRONMENT_NAMES: Readonly<Record<Exclude<ConfigKey, ModelConfigKey>, string>> = {
  home: "LEVER_HOME",
  namespace: "LEVER_NAMESPACE",
  seed: "LEVER_SEED",
  bank: "LEVER_BANK",
  embedder: "LEVER_EMBEDDER",
  embedder_model: "LEVER_EMBEDDER_MODEL",
  onnxruntime: "LEVER_ONNXRUNTIME",
  sandbox: "LEVER_SANDBOX",
  command_timeout_sec: "COMMAND_TIMEOUT_SEC",
  trust_new: "LEVER_TRUST_NEW",
  trust_success: "LEVER_TRUST_SUCCESS",
  trust_failure: "LEVER_TRUST_FAILURE",
  trust_floor: "LEVER_TRUST_FLOOR",
  http_port: "HTTP_PORT",
  http_bind: "HTTP_BIND",
  http_api_token: "HTTP_API_TOKEN",
  http_rate_limit: "HTTP_RATE_LIMIT",
  http_max_body_bytes: "HTTP_MAX_BODY_BYTES",
  max_concurrent: "LEVER_MAX_CONCURRENT",
  path_roots: "LEVER_PATH_ROOTS",
  telegram_bot_token: "TELEGRAM_BOT_TOKEN",
  telegram_api_root: "TELEGRAM_API_ROOT",
  allowed_user_id: "ALLOWED_USER_ID",
};

const NUMERIC: ReadonlySet<string> = new Set([
  "command_timeout_sec",
  "llm_timeout_sec",
  "trust_new",
  "trust_success",
  "trust_failure",
  "trust_floor",
  "http_port",
  "http_rate_limit",
  "http_max_body_bytes",
  "max_concurrent",
]);

/**
 * Defaults, then config.toml, then the environment, then flags; the later one wins.
 * @throws LeverError `config_invalid` that lists every problem with the place it came from.
 */
export async function loadConfig(environment: Environment, flags: Flags = {}): Promise<LoadedConfig> {
  const defaults: Settings = {
    home: environment.dataFolder,
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
  };
  const values: Record<string, unknown> = { ...defaults };
  const sources = Object.fromEntries(Object.keys(values).map((key) => [key, "default"])) as Record<string, Source>;
  const lay = (source: Source, layer: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(layer)) {
      if (value === undefined) continue;
      values[key] = value;
      sources[key] = source;
    }
  };
  lay("config.toml", await readConfigFile(environment.configFile));
  lay("environment", readVariables(environment.variables));
  lay("flag", flags);

  const config = isUntouched(sources) ? defaults : await check(values, sources, environment.configFile);
  return Object.freeze({
    config: Object.freeze({ ...config, home: resolve(environment.folder, config.home) }),
    sources: Object.freeze(sources as Record<ConfigKey, Source>),
  });
}

/** Defaults need no check, and most starts have nothing else: the schema's library is loaded only where something is set. */
function isUntouched(sources: Record<string, Source>): boolean {
  return Object.values(sources).every((source) => source === "default");
}

async function check(values: unknown, sources: Record<string, Source>, file: string): Promise<Settings> {
  const { checkSettings } = await import("./settings-schema.ts");
  const checked = checkSettings(values);
  if (checked.issues !== null) throw problems(checked.issues, sources, file);
  return checked.settings;
}

function readVariables(variables: Readonly<Record<string, string>>): Record<string, unknown> {
  const layer: Record<string, unknown> = {};
  for (const key of [...Object.keys(ENVIRONMENT_NAMES), ...Object.keys(MODEL_DEFAULTS)]) {
    if (key === "llm_prices") continue;
    const text = variables[environmentName(key)];
    if (text === undefined || text === "") continue;
    if (key === "path_roots") layer[key] = text.split(":").filter(Boolean);
    else layer[key] = NUMERIC.has(key) && Number.isFinite(Number(text)) ? Number(text) : text;
  }
  return layer;
}

function environmentName(key: string): string {
  return Object.hasOwn(MODEL_DEFAULTS, key)
    ? key.toUpperCase()
    : ENVIRONMENT_NAMES[key as keyof typeof ENVIRONMENT_NAMES];
}

async function readConfigFile(file: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = readOwnFile(file);
  } catch (cause) {
    if (cause instanceof LeverError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new LeverError("config_invalid", `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  // Loaded only where there is a file to read: most starts have none.
  const { parse } = await import("./toml.ts");
  try {
    return parse(text);
  } catch (cause) {
    const { message, line, column } = cause as Error & { line?: number; column?: number };
    const place = line === undefined ? file : `${file}:${line}:${column}`;
    const [reason = ""] = message.replace(/^Invalid TOML document: /, "").split("\n");
    throw new LeverError("config_invalid", `${place} is not valid TOML: ${reason}`, {
      hint: "correct that line; texts stand in quotes",
      cause,
    });
  }
}

/** Reads settings that nobody else can have written: whoever can, could turn the sandbox off. */
function readOwnFile(file: string): string {
  const descriptor = openSync(file, "r");
  try {
    const found = fstatSync(descriptor);
    const danger = foreignHand(found);
    // What is no file, as /dev/null is, holds nothing that others could have written there.
    if (danger === null || found.isCharacterDevice()) return readFileSync(descriptor, "utf8");
    throw new LeverError("config_invalid", `${file} is not obeyed: it ${danger.problem}`, {
      hint: `look through it, then: ${danger.remedy} '${file}'`,
    });
  } finally {
    closeSync(descriptor);
  }
}

function problems(issues: readonly SettingsIssue[], sources: Record<string, Source>, file: string): LeverError {
  const lines = issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") return (issue.keys ?? []).map((key) => `${file}: ${key} is not a setting`);
    const key = String(issue.path[0]);
    return [`${describeSource(sources[key] ?? "default", key, file)} ${issue.message.replace(/^Invalid input: /, "")}`];
  });
  return new LeverError("config_invalid", lines.join("; "), {
    hint: "`lever config` lists every setting and where it comes from",
  });
}

function describeSource(source: Source, key: string, file: string): string {
  switch (source) {
    case "environment":
      return `${environmentName(key)} (environment):`;
    case "config.toml":
      return `${file}: ${key}:`;
    case "flag":
      return `--${key.replaceAll("_", "-")}:`;
    case "default":
      return `${key} (default):`;
  }
}
