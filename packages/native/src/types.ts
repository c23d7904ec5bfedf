/** What crosses the boundary to Rust and back. Field names are those of the JSON contract. */

export interface Effects {
  reads: boolean;
  writes: boolean;
  destroys: boolean;
  privileged: boolean;
  network: boolean;
  /** A program that nothing is known of: counts as writes. */
  unknown: boolean;
}

export interface Permissions {
  /** `here` (the caller's folder), `scratch`, or a path. */
  cwd: string;
  read: string[];
  /** Secret stores under HOME, or paths in one, that it may read: `~/.ssh`. */
  secrets: string[];
  write: "none" | "here" | string[];
  /** Whether the programs that a git repository's own settings name (hooks, filters, ..) may run. */
  repository: "unused" | "closed" | "open";
  net: "none" | "unix" | "all";
  /** Reads interfaces, routes and sockets from the kernel. */
  netlink: boolean;
  processes: "own" | "see" | "signal";
  env: string[];
  interactive: boolean;
  timeout_s: number | null;
  ok_exit: number[];
  detach: boolean;
  host: boolean;
}

export type MatchKind = "exact" | "sure" | "likely" | "none";

export interface Candidate {
  command_id: string;
  phrase: string;
  template: string;
  /** Values that the request itself gives; what is missing is asked for. */
  parameters: Record<string, string>;
  probability: number;
  effects: Effects;
}

export interface Evidence {
  name: string;
  value: number;
}

export interface Match {
  kind: MatchKind;
  gate: 1 | 2 | 3;
  cached: boolean;
  /** How likely the best candidate is right, 0 to 1; 1 for an exact match. */
  probability: number;
  command_id: string | null;
  phrase: string | null;
  parameters: Record<string, string>;
  /** Best first, the chosen one among them. */
  candidates: Candidate[];
  /** Why it was decided so, each a short sentence part: "two close candidates". */
  reasons: string[];
  /** What spoke for the best candidate; only where a request asks to explain. */
  evidence: Evidence[];
  /** The request asks about a command, so the answer is to show it. */
  show_only: boolean;
  /** Microseconds. */
  took_us: number;
}

export interface Parameter {
  name: string;
  type: string;
  default: string | null;
  choices: string[];
}

export interface Refusal {
  code: string;
  message: string;
  hint: string | null;
  /** The parameter at fault, where one is. */
  parameter: string | null;
}

/** A command with its values in place: data, not yet allowed to run. */
export interface BoundCommand {
  command_id: string;
  phrase: string;
  template: string;
  /** What is executed, program first. */
  argv: string[];
  /** The script's text where a shell runs it; null where `argv` is the command itself. */
  script: string | null;
  /** Values that travel by environment and appear in no argument, log or record. */
  secrets: Record<string, string>;
  /** One line for a person: the command as a shell would show it. */
  display: string;
  /** The stretches of `display` that are values, in UTF-16 units. */
  value_spans: Array<[start: number, end: number]>;
  parameters: Record<string, string>;
  has_parameters: boolean;
  effects: Effects;
  permissions: Permissions;
  /** Of template, interpreter, parameters and permissions. */
  digest: string;
  trust: number;
  approved: boolean;
  /** A person confirmed these very arguments in this very folder before. */
  confirmed_before: boolean;
  /** Names of the programs that it runs, as written. */
  programs: string[];
  /** Where each was found when it ran before, by name. */
  program_paths: Record<string, string[]>;
  /** The end of its output is kept with the record of a run. */
  keep_output: boolean;
}

/** What a confirm token is good for: this run, asked for by this caller. */
export interface ConfirmGrant {
  caller: string;
  cwd: string;
  command_id: string;
  digest: string;
  argv: string[];
  secrets: Record<string, string>;
  permissions: Permissions;
}

export type Redeemed = "good" | "unknown" | "expired" | "mismatch";

export type Binding =
  | { status: "bound"; command: BoundCommand }
  | { status: "missing"; parameters: Parameter[] }
  | { status: "refused"; refusal: Refusal };

export interface BindContext {
  cwd: string;
  caller: "person" | "program";
  /** What `~/` at the start of a person's path stands for. */
  home: string;
  path_roots: string[];
}

export interface RunReport {
  id: string;
  request: string;
  command_id: string;
  argv: string[];
  parameters: Record<string, string>;
  digest: string;
  /** The phrase by which it was found. */
  phrase?: string;
  gate: 1 | 2 | 3;
  cached: boolean;
  kind: MatchKind;
  caller: string;
  cwd: string;
  /** A person said yes to this very command. */
  confirmed: boolean;
  exit_code: number | null;
  /** Its number. */
  signal: number | null;
  timed_out: boolean;
  duration_ms: number;
  stdout_bytes: number;
  stderr_bytes: number;
  truncated: boolean;
  sandbox: unknown;
  /** How the outcome moves trust; `neither` for what is not the command's doing. */
  verdict: "success" | "failure" | "neither";
  /** The literal request becomes an alias of the command. */
  learn: boolean;
  /** Where programs were found that were not found there before, by name. */
  program_paths: Record<string, string>;
  /** The end of its output, where that is kept. */
  tail_out: string | null;
  tail_err: string | null;
}

/** A call of a language model, as it is accounted for. */
export interface ModelCallReport {
  backend: string;
  model: string;
  purpose: string;
  tokens_in: number;
  tokens_out: number;
  took_ms: number;
  /** `ok`, or the code of the error. */
  outcome: string;
  /** The id of the request that it was made for, if it was. */
  request: string | null;
}

/** What became of a phrase that a model proposed. */
export type ProposedPhrase =
  | { status: "free" | "added" }
  | { status: "taken"; command_id: string }
  | { status: "refused"; problem: TeachProblem };

/** A match that was taken back. */
export interface TakenBack {
  request: string;
  command_id: string;
  phrase: string;
  /** Learned aliases that are gone. */
  aliases: string[];
  /** The command's own phrase that the request is an instance of: it stands until it is forgotten. */
  own: string | null;
}

export interface Recorded {
  trust: number;
  /** The alias that was learned by this run, if one was. */
  learned: string | null;
}

export interface TeachInput {
  phrase: string;
  pattern: boolean;
  aliases: string[];
  command: string;
  /** `name:type=default` as on the command line. */
  params: string[];
  interpreter: string | null;
  trust: number | null;
  tags: string[];
  /** What the owner widened or narrowed. */
  permissions: Partial<Permissions>;
  replace: boolean;
  /** False stores it unapproved. */
  approve: boolean;
  /** Commands that list what a parameter can be, by its name. They only read, without network. */
  suggest: Record<string, string>;
  /** Keep the end of the output with the record of a run. */
  keep_output: boolean;
}

/** A command that lists what a parameter can be, approved on its own. */
export interface SuggestionRow {
  parameter: string;
  template: string;
  digest: string;
  approved: boolean;
}

/** A hostile value, by the way in which it would get past a careless program. */
export interface Payload {
  name: string;
  class: string;
  value: string;
}

/** A command to be found and never to be run. */
export interface Entry {
  /** Ways to ask for it, the canonical one first. */
  phrases: string[];
  command: string;
  /** Whether it brings along what the phrase bank knows of it. */
  bank?: boolean;
  /** Where its phrases come from; `taught` where it is left out. */
  source?: PhraseRow["source"];
}

/** What was understood of a command that is being taught. */
export interface Understood {
  phrase: string;
  template: string;
  /** The shell text where one runs it. */
  script: string | null;
  programs: string[];
  unknown_programs: string[];
  parameters: Parameter[];
  effects: Effects;
  permissions: Permissions;
  /** Phrases that the bank knows for it. */
  known: number;
  notes: string[];
  digest: string;
  suggestions: SuggestionRow[];
  keep_output: boolean;
}

export interface TeachProblem {
  code: string;
  message: string;
  hint: string | null;
  /** Which text the offsets are of. */
  where: "phrase" | "alias" | "command" | "parameter" | null;
  text: string | null;
  /** UTF-16 offsets into `text`. */
  start: number | null;
  end: number | null;
}

export type Compiled = { status: "understood"; understood: Understood } | { status: "refused"; problem: TeachProblem };

export type Taught =
  | { status: "created" | "replaced"; command_id: string; understood: Understood; generation: number }
  | { status: "exists"; command_id: string; phrase: string; same_command: boolean }
  | { status: "refused"; problem: TeachProblem };

export interface PhraseRow {
  text: string;
  source: "taught" | "learned" | "pack" | "model" | "bank";
  pattern: boolean;
  uses: number;
}

export interface CommandRow {
  id: string;
  phrase: string;
  phrases: PhraseRow[];
  template: string;
  script: string | null;
  parameters: Parameter[];
  effects: Effects;
  permissions: Permissions;
  digest: string;
  trust: number;
  successes: number;
  failures: number;
  approved: boolean;
  origin: "own" | "pack";
  tags: string[];
  /** Names of the programs that it runs, as written. */
  programs: string[];
  /** Only where one command is asked for, and it has some. */
  suggestions?: SuggestionRow[];
  keep_output: boolean;
}

export interface RunRow {
  id: string;
  at: number;
  request: string;
  command_id: string;
  phrase: string | null;
  /** `person` or a program's name. */
  caller: string;
  /** `ran`, or why it did not. */
  status: string;
  argv: string[];
  /** The values, secrets left out. */
  parameters: Record<string, string>;
  gate: number;
  kind: MatchKind;
  exit_code: number | null;
  /** Its number. */
  signal: number | null;
  timed_out: boolean;
  duration_ms: number;
  stdout_bytes: number;
  stderr_bytes: number;
  truncated: boolean;
  /** What the kernel enforced. */
  sandbox: unknown;
  /** The end of its output, where its owner wants that kept. */
  tail_out: string | null;
  tail_err: string | null;
}

export interface Stats {
  commands: number;
  own_commands: number;
  phrases: number;
  runs: number;
  successes: number;
  failures: number;
  by_gate: Record<string, number>;
  /** By the way requests were found: exact, learned, cached, semantic, model; and none. */
  by_way: Record<string, number>;
  by_kind: Record<string, number>;
  top: Array<{ command_id: string; phrase: string; runs: number }>;
  flagged: Array<{ command_id: string; phrase: string; trust: number; failures: number }>;
  /** Requests for which a model was asked. */
  model_requests: number;
  models: ModelUse[];
}

/** What one model was used for. */
export interface ModelUse {
  backend: string;
  model: string;
  purpose: string;
  calls: number;
  failed: number;
  tokens_in: number;
  tokens_out: number;
  /** Mean over the calls. */
  took_ms: number;
}

export interface CoreOptions {
  home: string;
  namespace: string;
  /** Lay the built-in pack under the namespace. */
  seed: boolean;
  embedder: string;
  /** The folder of the full sentence model, and the libonnxruntime that runs it. */
  embedder_model: string | null;
  onnxruntime: string | null;
  /** The built-in pack's folder. */
  pack: string;
  /** The phrase bank's file; null where taught commands bring no phrases along. */
  bank: string | null;
  platform: "linux" | "macos";
  trust: { new: number; success: number; failure: number; floor: number };
}

export interface CoreFacts {
  /** Where the store stands: on disk, opened to read only, or in memory because the disk could not be used. */
  store: "disk" | "read_only" | "memory";
  store_path: string;
  store_bytes: number;
  schema_version: number;
  /** Why the store is not the ordinary one, in one line. */
  warning: string | null;
  embedder: string;
  simd: string;
  version: string;
}
