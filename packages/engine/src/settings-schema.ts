import en from "zod/v4/locales/en.js";
import * as z from "zod/mini";

z.config(en());

const onOff = z.enum(["on", "off"]);
const seconds = z.number().check(z.positive(), z.maximum(86_400));
const score = z.number().check(z.minimum(0), z.maximum(100));

const schema = z.strictObject({
  home: z.string().check(z.minLength(1)),
  namespace: z.string().check(z.regex(/^[A-Za-z0-9_.:@-]{1,64}$/, "must be 1 to 64 of letters, digits and _ . : @ -")),
  seed: onOff,
  embedder: z.enum(["auto", "learned", "hash"]),
  sandbox: onOff,
  command_timeout_sec: z.nullable(seconds),
  llm_backend: z.enum(["passthrough"]),
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
  max_concurrent: z.int().check(z.minimum(1), z.maximum(1024)),
});

export type Settings = z.infer<typeof schema>;

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
  return parsed.success ? { settings: parsed.data, issues: null } : { settings: null, issues: parsed.error.issues };
}
