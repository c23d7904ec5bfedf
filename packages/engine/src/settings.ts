import type { Wire } from "./models.ts";

/** Every setting. `null` is unset; `lever config` shows each with its value and where that comes from. */
export interface Settings {
  /** Folder of the store, absolute. */
  home: string;
  /** Which isolated set of commands is used: 1 to 64 of letters, digits and `_ . : @ -`. */
  namespace: string;
  /** Whether the built-in commands can be found. */
  seed: "on" | "off";
  /** Whether taught commands bring along what the phrase bank knows of their programs. */
  bank: "on" | "off";
  /** What turns words into vectors; `auto` takes the best one that this build has. */
  embedder: "auto" | "learned" | "hash" | "minilm";
  /** For `minilm`: the folder of the model and its tokenizer, absolute. */
  embedder_model: string | null;
  /** For `minilm`: the onnxruntime library, absolute, where it is not the optional package's own. */
  onnxruntime: string | null;
  /** Whether commands run confined. */
  sandbox: "on" | "off";
  /** Seconds until a command is stopped, above 0 and up to 86,400; unset, 30 where output is captured and none at a terminal. */
  command_timeout_sec: number | null;

  /** Which model is asked first where nothing else decides; `passthrough` asks none. */
  llm_backend: "passthrough" | Wire;
  /** The model of that backend. */
  llm_model: string | null;
  /** The key of that backend. */
  llm_api_key: string | null;
  /** Seconds for the whole chain with its retries, 0.1 to 120. */
  llm_timeout_sec: number;
  /** Backends to ask next, with commas between. */
  llm_fallbacks: string;
  /** Where ollama listens, an http or https URL. */
  llm_ollama_base_url: string;
  /** A model for ollama alone. */
  llm_ollama_model: string | null;
  /** A key for ollama alone. */
  llm_ollama_api_key: string | null;
  /** A server that speaks OpenAI's chat completions, an http or https URL. */
  llm_openai_base_url: string;
  /** A model for that server alone. */
  llm_openai_model: string | null;
  /** A key for that server alone. */
  llm_openai_api_key: string | null;
  /** A server that speaks Anthropic's messages, an http or https URL. */
  llm_anthropic_base_url: string;
  /** A model for that server alone. */
  llm_anthropic_model: string | null;
  /** A key for that server alone. */
  llm_anthropic_api_key: string | null;
  /** By model: for a million tokens in and out, in whatever currency their owner counts. */
  llm_prices: Record<string, { in: number; out: number }>;

  /** Trust of a newly taught command, 0 to 100 like all trust. */
  trust_new: number;
  /** What a success adds to trust. */
  trust_success: number;
  /** What a failure takes from trust. */
  trust_failure: number;
  /** Below this trust a command asks before it runs. */
  trust_floor: number;

  /** Port of the HTTP API, 0 to 65,535; 0 takes a free one. */
  http_port: number;
  /** Address that the HTTP API listens on. */
  http_bind: string;
  /** A token with every scope, 16 to 512 visible characters; unset, only loopback is served. */
  http_api_token: string | null;
  /** Requests a minute from one address; 0 is without limit. */
  http_rate_limit: number;
  /** Largest body that is read, 1 KiB to 64 MiB. */
  http_max_body_bytes: number;
  /** Absolute folders in which a program may name paths. */
  path_roots: string[];
  /** The bot's token, as @BotFather gives it. */
  telegram_bot_token: string | null;
  /** Another server for the bot's API. */
  telegram_api_root: string | null;
  /** The only Telegram users that the bot answers. */
  allowed_user_id: string | null;
  /** How many commands a server runs at once, 1 to 1,024. */
  max_concurrent: number;
}
