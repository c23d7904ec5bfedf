export type {
  Area,
  CommandRow,
  Compiled,
  CopyFacts,
  CoreFacts,
  Entry,
  Exported,
  ExportOptions,
  HistoryOptions,
  HistoryProposal,
  Imported,
  ImportOptions,
  LineReport,
  NailOptions,
  NailPacked,
  Parameter,
  ModelUse,
  Payload,
  PhraseRow,
  ProposedPhrase,
  PromotionRound,
  Proposed,
  RunRow,
  Stats,
  SuggestionRow,
  TakenBack,
  Taught,
  TeachProblem,
  TransferEvent,
  Understood,
} from "@lever-runner/native";
export type { AuditFinding, CommandAudit } from "./audit/audit.ts";
export type { AuditOptions } from "./audit/audit-namespace.ts";
export { type Config, type ConfigKey, type Flags, type LoadedConfig, loadConfig, type Source } from "./config.ts";
export { type Environment, readEnvironment } from "./environment.ts";
export { byteToCharacter, isUsageError, LeverError, type Place } from "./errors.ts";
export { findExecutable } from "./find-executable.ts";
export { Lever } from "./lever.ts";
export type { Installation, LeverOptions, RunOptions, TeachOptions } from "./lever-options.ts";
export { LeverFiles } from "./lever-files.ts";
export type * from "./record.ts";
export type { Asker, Caller, OutputMode, OutputStream, ProgramCaller, Proposal, Request, Scope } from "./request.ts";
export { Table } from "./table.ts";
export type * from "./models.ts";
export { passthrough } from "./stages/gate3-model.ts";
export { resetStore } from "./reset-store.ts";
export { stakeOf } from "./stages/consent-policy.ts";
