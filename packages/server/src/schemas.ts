import { z } from "@hono/zod-openapi";

/** What clients send and get. Names are those of the RunRecord that every surface shows. */

const TEXT_LIMIT = 64 * 1024;
const text = z.string().min(1).max(TEXT_LIMIT);

/** Clients of the first lever-runner send numbers, as chats have. */
const Namespace = z
  .union([z.string().regex(/^[A-Za-z0-9_.:@-]{1,64}$/), z.int()])
  .transform(String)
  .openapi({
    type: ["string", "integer"],
    pattern: "^[A-Za-z0-9_.:@-]{1,64}$",
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
    description: "A set of commands; default: `default`",
  });

/** JSON Schema's word for the names of a record, which the types of the description lack. */
const NAMES = { propertyNames: { minLength: 1, maxLength: 64 } };

const chat = { chat_id: Namespace.optional(), namespace: Namespace.optional() };

export const RunRequest = z
  .strictObject({
    request: text.openapi({ example: "check disk usage" }),
    ...chat,
    parameters: z
      .record(z.string().min(1).max(64), z.string().max(TEXT_LIMIT))
      .optional()
      .openapi({ description: "Values by their parameter's name", ...NAMES }),
    confirm_token: z.string().min(1).max(256).optional(),
    dry_run: z.boolean().optional(),
    timeout: z.number().positive().max(86_400).optional().openapi({ description: "Seconds" }),
  })
  .openapi("RunRequest");

export const MatchRequest = z.strictObject({ request: text, ...chat }).openapi("MatchRequest");

export const TeachRequest = z
  .strictObject({
    phrase: text.optional(),
    intent_phrase: text.optional().openapi({ description: "The same as phrase" }),
    command: text,
    ...chat,
    aliases: z.array(text).max(256).optional(),
    params: z
      .array(z.string().min(1).max(1024))
      .max(64)
      .optional()
      .openapi({ example: ["n:int=20"] }),
    trust: z.number().min(0).max(100).optional(),
    tags: z.array(z.string().min(1).max(64)).max(32).optional(),
  })
  .refine(({ phrase, intent_phrase }) => (phrase === undefined) !== (intent_phrase === undefined), {
    message: "give either phrase or intent_phrase",
  })
  .openapi("TeachRequest", { oneOf: [{ required: ["phrase"] }, { required: ["intent_phrase"] }] });

export const Effects = z
  .object({
    reads: z.boolean(),
    writes: z.boolean(),
    destroys: z.boolean(),
    privileged: z.boolean(),
    network: z.boolean(),
    unknown: z.boolean(),
  })
  .openapi("Effects");

const Permissions = z.looseObject({}).openapi("Permissions", { description: "What the kernel lets a run do" });

export const Candidate = z
  .object({
    command_id: z.string(),
    phrase: z.string(),
    template: z.string(),
    parameters: z.record(z.string(), z.string()),
    probability: z.number().min(0).max(1),
    effects: Effects,
  })
  .openapi("Candidate");

export const Match = z
  .looseObject({
    kind: z.enum(["exact", "sure", "likely", "none"]),
    gate: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    cached: z.boolean(),
    probability: z.number().min(0).max(1),
    command_id: z.string().nullable(),
    phrase: z.string().nullable(),
    parameters: z.record(z.string(), z.string()),
    candidates: z.array(Candidate),
    reasons: z.array(z.string()),
    show_only: z.boolean(),
    took_us: z.number(),
  })
  .openapi("Match");

export const RunRecord = z
  .looseObject({
    id: z.string(),
    namespace: z.string(),
    request: z.string(),
    status: z.enum([
      "ran",
      "needs_choice",
      "needs_parameters",
      "needs_confirmation",
      "refused",
      "no_match",
      "dry_run",
      "show_only",
    ]),
    match: Match,
    command: z
      .looseObject({
        template: z.string(),
        argv: z.array(z.string()).nullable(),
        script: z.string().nullable(),
        display: z.string(),
        effects: Effects,
        permissions: Permissions,
        trust: z.number(),
      })
      .nullable(),
    missing_parameters: z.array(z.object({ name: z.string(), type: z.string(), choices: z.array(z.string()) })),
    sandbox: z.looseObject({ confined: z.boolean() }).nullable(),
    outcome: z
      .looseObject({
        exit_code: z.int().nullable(),
        signal: z.string().nullable(),
        timed_out: z.boolean(),
        stdout: z.string().nullable(),
        stderr: z.string().nullable(),
        truncated: z.boolean(),
        duration_ms: z.number(),
      })
      .nullable(),
    confirm_token: z.string().nullable(),
    tokens: z.number(),
    warnings: z.array(z.string()),
    error: z.looseObject({ code: z.string(), message: z.string(), hint: z.string().nullable() }).nullable(),
  })
  .openapi("RunRecord");

export const TaughtCommand = z
  .object({
    status: z.enum(["created", "exists"]),
    command_id: z.string(),
    approved: z.literal(false).optional().openapi({ description: "A person approves it with `lever approve`" }),
    phrase: z.string(),
  })
  .openapi("TaughtCommand");

export const Command = z
  .looseObject({
    id: z.string(),
    phrase: z.string(),
    template: z.string(),
    effects: Effects,
    trust: z.number(),
    approved: z.boolean(),
    origin: z.enum(["own", "pack"]),
  })
  .openapi("Command");

export const Status = z
  .object({
    status: z.literal("ok"),
    version: z.string(),
    uptime_s: z.number(),
    namespaces: z.array(z.string()),
    store: z.string(),
    runs: z.object({ running: z.int(), waiting: z.int() }),
  })
  .openapi("Status");

/** A number in a query, in digits: JavaScript's own reading would take "", " 5" and "0x10" too. */
function wholeNumber(least: number, most: number, otherwise: number): z.ZodType<number> {
  return z
    .string()
    .regex(/^-?\d{1,15}$/, "a whole number is meant")
    .default(String(otherwise))
    .transform(Number)
    .pipe(z.int().min(least).max(most))
    .openapi({ type: "integer", minimum: least, maximum: most, default: otherwise });
}

export const Listing = z.object({ limit: wholeNumber(1, 1000, 100), ...chat });
export const Page = Listing.extend({ offset: wholeNumber(0, 10_000_000, 0) });
