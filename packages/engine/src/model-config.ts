import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import type { Config } from "./config.ts";
import type { BackendSettings, ModelSettings, Wire } from "./models.ts";

/** Settings of models: their defaults and the variables that set them. */
export const MODEL_DEFAULTS = {
  llm_backend: "passthrough",
  llm_model: null,
  llm_api_key: null,
  llm_timeout_sec: 5,
  llm_fallbacks: "",
  llm_ollama_base_url: "http://127.0.0.1:11434",
  llm_ollama_model: null,
  llm_ollama_api_key: null,
  llm_openai_base_url: "https://api.openai.com/v1",
  llm_openai_model: null,
  llm_openai_api_key: null,
  llm_anthropic_base_url: "https://api.anthropic.com",
  llm_anthropic_model: null,
  llm_anthropic_api_key: null,
  llm_prices: {},
} as const;

export type ModelConfigKey = keyof typeof MODEL_DEFAULTS;

export const WIRE_NAMES = ["ollama", "openai", "anthropic"] as const satisfies readonly Wire[];

/** The names of the chain in order, without what ends it. */
export function chainOf(config: Pick<Config, "llm_backend" | "llm_fallbacks">): string[] {
  const names = [config.llm_backend, ...config.llm_fallbacks.split(",")].map((name) => name.trim()).filter(Boolean);
  const end = names.indexOf("passthrough");
  return [...new Set(end < 0 ? names : names.slice(0, end))];
}

/** A model or key that is set without a backend's name belongs to the first backend: it must reach no other server. */
export function modelSettings(config: Config): ModelSettings {
  const chain = chainOf(config) as Wire[];
  return {
    chain: chain.map((wire): BackendSettings => {
      const first = wire === config.llm_backend;
      return {
        wire,
        model: config[`llm_${wire}_model`] ?? (first ? config.llm_model : null) ?? "",
        baseUrl: config[`llm_${wire}_base_url`].replace(/\/+$/, ""),
        apiKey: config[`llm_${wire}_api_key`] ?? (first ? config.llm_api_key : null),
      };
    }),
    timeoutMs: config.llm_timeout_sec * 1000,
    stateFile: join(config.home, "models.json"),
    identity: namesOfThisMachine(),
  };
}

/** Names of this machine and its user, and their parts. */
function namesOfThisMachine(): string[] {
  const names = [hostname()];
  try {
    names.push(userInfo().username);
  } catch {
    // A user without an entry in the password database has no name to hide.
  }
  return names.flatMap((name) => [name, ...name.split(/[^\p{L}\p{N}]+/u)]).filter((name) => name.length > 1);
}
