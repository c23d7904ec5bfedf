import en from "zod/v4/locales/en.js";
import * as z from "zod/mini";
import { chainOf, WIRE_NAMES } from "./model-config.ts";
import type { Settings } from "./settings.ts";

z.config(en());

const onOff = z.enum(["on", "off"]);
const seconds = z.number().check(z.positive(), z.maximum(86_400));
const score = z.number().check(z.minimum(0), z.maximum(100));

const text = z.nullable(
  z.string().check(z.minLength(1), z.maxLength(1000), z.regex(/^[\x20-\x7e]*$/, "must be printable ASCII")),
);
const baseUrl = z
  .url({ protocol: /^https?$/, message: "must be an http or https URL" })
  .check(z.regex(/^[^@?#]*$/, "must be without user, query and fragment: a key has its own setting"));
const price = z.number().check(z.minimum(0));

const schema = z.strictObject({
  home: z.string().check(z.minLength(1)),
  namespace: z.string().check(z.regex(/^[A-Za-z0-9_.:@-]{1,64}$/, "must be 1 to 64 of letters, digits and _ . : @ -")),
  seed: onOff,
  bank: onOff,
  embedder: z.enum(["auto", "learned", "hash", "minilm"]),
  embedder_model: text,
  onnxruntime: text,
  sandbox: onOff,
  command_timeout_sec: z.nullable(seconds),
  llm_backend: z.enum(["passthrough", ...WIRE_NAMES]),
  llm_model: text,
  llm_api_key: text,
  llm_timeout_sec: z.number().check(z.minimum(0.1), z.maximum(120)),
  llm_fallbacks: z
    .string()
    .check(
      z.regex(
        /^\s*((passthrough|ollama|openai|anthropic)\s*(,\s*|$))*$/,
        "must be names of backends with commas between: ollama, openai, anthropic, passthrough",
      ),
    ),
  llm_ollama_base_url: baseUrl,
  llm_ollama_model: text,
  llm_ollama_api_key: text,
  llm_openai_base_url: baseUrl,
  llm_openai_model: text,
  llm_openai_api_key: text,
  llm_anthropic_base_url: baseUrl,
  llm_anthropic_model: text,
  llm_anthropic_api_key: text,
  llm_prices: z.record(z.string(), z.strictObject({ in: price, out: price })),
  trust_new: score,
  trust_success: score,
  trust_failure: score,
  trust_floor: score,
  http_port: z.int().check(z.minimum(0), z.maximum(65_535)),
  http_bind: z.string().check(z.minLength(1)),
  http_api_token: z.nullable(
    z.string().check(z.regex(/^[\x21-\x7e]{16,512}$/, "must be 16 to 512 visible characters")),
  ),
  http_rate_limit: z.int().check(z.minimum(0)),
  http_max_body_bytes: z.int().check(z.minimum(1024), z.maximum(64 * 1024 * 1024)),
  path_roots: z.array(z.string().check(z.regex(/^\//, "must be absolute paths"))),
  telegram_bot_token: z.nullable(z.string().check(z.regex(/^\d+:[\w-]+$/, "must be a token as @BotFather gives it"))),
  telegram_api_root: z.nullable(z.string().check(z.regex(/^https?:\/\//, "must be an address"))),
  allowed_user_id: z.nullable(z.string()),
  max_concurrent: z.int().check(z.minimum(1), z.maximum(1024)),
}) satisfies z.ZodMiniType<Settings>;
// And the other way round: no setting that the schema does not check.
type Unchecked = Exclude<keyof Settings, keyof z.infer<typeof schema>>;
true satisfies [Unchecked] extends [never] ? true : Unchecked;

export interface SettingsIssue {
  code?: string | undefined;
  path: PropertyKey[];
  message: string;
  keys?: string[];
}

export type Checked = { settings: Settings; issues: null } | { settings: null; issues: SettingsIssue[] };

/** Checks all settings at once. On its own, because its library takes longer to load than a request takes to be answered. */
export function checkSettings(values: unknown): Checked {
  const parsed = schema.safeParse(values);
  if (!parsed.success) return { settings: null, issues: parsed.error.issues };
  const issues = findMissingModels(parsed.data);
  return issues.length === 0 ? { settings: parsed.data, issues: null } : { settings: null, issues };
}

/** Names of models change too fast for a default. */
function findMissingModels(settings: Settings): SettingsIssue[] {
  return WIRE_NAMES.filter((wire) => chainOf(settings).includes(wire)).flatMap((wire) => {
    const first = wire === settings.llm_backend;
    if ((settings[`llm_${wire}_model`] ?? (first ? settings.llm_model : null)) !== null) return [];
    const names = first ? "LLM_MODEL" : `LLM_${wire.toUpperCase()}_MODEL`;
    return [{ path: [first ? "llm_backend" : "llm_fallbacks"], message: `${wire} needs a model: set ${names}` }];
  });
}
