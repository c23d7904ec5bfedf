import type {
  Area,
  BindContext,
  Binding,
  BoundCommand,
  CommandRow,
  Compiled,
  ConfirmGrant,
  CopyFacts,
  CoreFacts,
  Entry,
  Exported,
  ExportOptions,
  HistoryOptions,
  Imported,
  ImportOptions,
  Match,
  ModelCallReport,
  NailOptions,
  NailPacked,
  Payload,
  Permissions,
  PromotionRound,
  Proposed,
  ProposedPhrase,
  Recorded,
  Redeemed,
  RunReport,
  RunRow,
  Stats,
  TakenBack,
  Taught,
  TeachInput,
  TransferEvent,
} from "./wire/index.ts";

/**
 * The Rust core with its store, for as many namespaces as are asked of it. Calls are synchronous and take micro- to a few
 * milliseconds. What a request can regularly end in comes back as data; a broken store throws an Error with a `code`.
 */
export interface Core {
  /** Gate 1. Null where no phrase fits exactly. */
  matchTemplate(namespace: string, request: string): Match | null;
  /** Gate 2, with what gate 1 found in part, and with the evidence where it is to be explained. */
  matchSemantic(namespace: string, request: string, explain: boolean): Match;
  /** Gates 1 and 2 with up to ten candidates, whatever they are worth. */
  rank(namespace: string, request: string): Match;
  /** Lays commands that are never to be run into a table; null for what has no new phrase. Throws elsewhere. */
  lay(namespace: string, entries: readonly Entry[]): Array<string | null>;
  bind(namespace: string, commandId: string, values: Record<string, string>, context: BindContext): Binding;
  /** Remembers that a person confirmed these arguments here. */
  record(namespace: string, report: RunReport): Recorded;
  /** Computes vectors of the namespace's phrases for about so long, and says how far that came. */
  reembed(namespace: string, milliseconds: number): { done: number; total: number };
  recordModelCall(namespace: string, call: ModelCallReport): null;
  /** Whether a proposed phrase could be an alias of a command. */
  weighPhrase(namespace: string, commandId: string, phrase: string): ProposedPhrase;
  /** Adds it, as a model's and weak: it never gives an exact match. */
  addModelPhrase(namespace: string, commandId: string, phrase: string): ProposedPhrase;
  /** Takes back what a request was taken for; the latest that ran where it is null. Null where there is nothing. */
  takeBack(namespace: string, request: string | null): TakenBack | null;
  /** Counts a request that nothing was found for. */
  recordUnmatched(namespace: string, id: string, request: string, caller: string): void;
  /** What a teach would store, without storing it. */
  compile(namespace: string, input: TeachInput): Compiled;
  /** Durable once it returns. */
  teach(namespace: string, input: TeachInput): Taught;
  list(namespace: string): CommandRow[];
  /** By id or by any of its phrases. */
  find(namespace: string, idOrPhrase: string): CommandRow | null;
  /** As it was shown, with this digest. Throws where it is another by now. */
  approve(namespace: string, commandId: string, digest: string): CommandRow;
  /** Lays changes over a command's permissions and approves it so; its trust starts again. A built-in one becomes an own one. */
  adjustPermissions(namespace: string, commandId: string, digest: string, changes: Partial<Permissions>): CommandRow;
  /** A token for a run that waits for a confirmation: once, for five minutes. */
  issueConfirmToken(namespace: string, grant: ConfirmGrant): string;
  redeemConfirmToken(namespace: string, token: string, grant: ConfirmGrant): Redeemed;
  /** The command that lists what a parameter can be, or null. */
  suggestion(namespace: string, commandId: string, parameter: string): BoundCommand | null;
  approveSuggestion(namespace: string, commandId: string, digest: string): void;
  /** Keeps and gives those of the listed values that the parameter takes. */
  rememberValues(namespace: string, commandId: string, parameter: string, listed: string[]): string[];
  /** Remembers where a command's programs are, by name. */
  rememberPrograms(namespace: string, commandId: string, paths: Record<string, string>): void;
  /** Hostile values, for an audit. */
  payloads(): Payload[];
  forget(namespace: string, commandId: string): CommandRow;
  forgetPhrase(namespace: string, phrase: string): CommandRow | null;
  setTrust(namespace: string, commandId: string, trust: number): CommandRow;
  log(namespace: string, limit: number): RunRow[];
  stats(namespace: string): Stats;
  namespaces(): string[];
  facts(): CoreFacts;
  /** What the store's own check finds wrong; empty when sound. */
  checkIntegrity(): string[];
  /** Stores a file's commands as one change, unapproved. Calls back while it goes on; what that throws ends it. */
  importFile(namespace: string, options: ImportOptions, report: (event: TransferEvent) => void): Imported;
  exportFile(namespace: string, options: ExportOptions, report: (event: TransferEvent) => void): Exported;
  /** The commands as text, a command a line. */
  exportText(namespace: string, options: ExportOptions): string;
  /** Ids of unapproved commands that the file holds, in its order. */
  unapprovedIn(namespace: string, options: ImportOptions): string[];
  exportNail(namespace: string, options: NailOptions, report: (event: TransferEvent) => void): NailPacked;
  /** What a shell history suggests to teach. */
  propose(namespace: string, options: HistoryOptions): Proposed;
  /** A consistent copy of the whole store, complete and on disk once it returns. Nothing is overwritten. */
  backup(path: string): CopyFacts;
  /** The built-in pack and its areas. */
  areas(namespace: string): Area[];
  /** Forgets an area's commands, or brings them back; how many that changed. */
  setArea(namespace: string, name: string, enabled: boolean): number;
  /** One round of promotion in every namespace. */
  promote(dryRun: boolean): PromotionRound[];
  close(): void;
}
