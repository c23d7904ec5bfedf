import {
  type CommandRow,
  type Compiled,
  type Core,
  type CoreFacts,
  type Match,
  type Native,
  type ProposedPhrase,
  type Permissions,
  type RunRow,
  type Stats,
  type TakenBack,
  type Taught,
} from "@lever-runner/native";
import { configuredModels } from "./configured-models.ts";
import type { CommandAudit } from "./audit/audit.ts";
import type { AuditOptions } from "./audit/audit-namespace.ts";
import { type Flags, type LoadedConfig, loadConfig } from "./config.ts";
import { translate, translateAsync } from "./core-errors.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { LeverError } from "./errors.ts";
import {
  askerOf,
  EMPTY_TEACH,
  type Installation,
  type LeverOptions,
  type RunOptions,
  type SandboxProbe,
  type TeachOptions,
} from "./lever-options.ts";
import { coreOptions, loadCore } from "./open-core.ts";
import { answer, findMatch, type PipelineContext } from "./pipeline.ts";
import { probeSandbox } from "./probe-sandbox.ts";
import { recordModelCalls } from "./record-model-calls.ts";
import type { ModelCall, Models, PhraseModel } from "./models.ts";
import type { RunRecord } from "./record.ts";
import type { Request } from "./request.ts";
import { passthrough } from "./stages/gate3-model.ts";
import { newRunId } from "./run-id.ts";
import { readRequest } from "./stages/read-request.ts";
import type { SandboxContext } from "./stages/run-sandboxed.ts";
import { Table } from "./table.ts";
import { adjustHere, approveAsShown, teachHere } from "./own-commands.ts";
import { suggesterFor } from "./stages/suggest-values.ts";
import { LeverFiles } from "./lever-files.ts";

/** A set of taught commands and the way to ask for them. Open once, use for many requests, close at the end. */
export class Lever implements AsyncDisposable {
  readonly #core: Core;
  readonly #native: Native;
  readonly #loaded: LoadedConfig;
  readonly #environment: Environment;
  readonly #model: PhraseModel;
  /** The models that the settings name; null where they name none. */
  readonly models: Models | null;

  private constructor(
    core: Core,
    native: Native,
    loaded: LoadedConfig,
    environment: Environment,
    models: Models | null,
    model: PhraseModel | undefined,
  ) {
    this.#core = core;
    this.#native = native;
    this.#loaded = loaded;
    this.#environment = environment;
    this.models = models;
    this.#model = model ?? models ?? passthrough;
  }

  /**
   * Opens the store and brings the built-in pack up to date.
   * @throws LeverError where the settings are wrong or the store cannot be opened; nothing is overwritten.
   */
  static async open(installation: Installation, options: LeverOptions = {}): Promise<Lever> {
    const environment = readEnvironment();
    const flags: Flags = { ...options.flags };
    if (options.home !== undefined) flags.home = options.home;
    if (options.namespace !== undefined) flags.namespace = options.namespace;
    const loaded = await loadConfig(environment, flags);
    const native = loadCore(installation, environment);
    const core = translate(() => native.openCore(coreOptions(loaded.config, installation)));
    const models = configuredModels(loaded.config, installation.loadModels);
    return new Lever(core, native, loaded, environment, models, options.llm);
  }

  get config(): LoadedConfig {
    return this.#loaded;
  }

  get environment(): Environment {
    return this.#environment;
  }

  /** Whether standard stream 0, 1 or 2 of this process is a terminal. */
  isTerminal(stream: 0 | 1 | 2): boolean {
    return this.#native.isTerminal(stream);
  }

  /** For a server, before its first run: what runs then yields the processor to it, so that it goes on answering. */
  yieldRuns(): void {
    this.#native.yieldRuns();
  }

  /** For a process that is lever's own: once nothing is left to do it ends at once, without what Node does at its end. */
  leaveAtExit(): void {
    process.once("exit", (code) => this.#native.leave(code));
  }

  /** The launcher that confines commands. */
  get sandboxExecutable(): string {
    return this.#native.sandbox;
  }

  /** Decides what a request means; runs nothing. */
  async match(text: string, options: Pick<RunOptions, "namespace" | "explain" | "signal"> = {}): Promise<Match> {
    const request = readRequest(this.#request(text, options));
    const context = { core: this.#core, model: this.#model, notify: () => {} };
    return translateAsync(async () => (await findMatch(request, context, newRunId())).match);
  }

  /**
   * Finds the command that the request asks for and runs it, if it may.
   * @throws LeverError for unusable input and broken machinery; every regular end is in the record.
   */
  run(text: string, options: RunOptions = {}): Promise<RunRecord> {
    const context: PipelineContext = {
      core: this.#core,
      model: this.#model,
      sandbox: this.#sandbox,
      asker: askerOf(options),
      notify: options.notify ?? (() => {}),
    };
    return translateAsync(() => answer(this.#request(text, options), context));
  }

  /**
   * Runs the command that has that id, as if asked for by its exact phrase; values come from `options.parameters`.
   * @throws LeverError as `run`, and `unknown_command`.
   */
  runCommand(commandId: string, options: RunOptions = {}): Promise<RunRecord> {
    const row = this.find(commandId, options.namespace);
    if (row === null)
      throw new LeverError("unknown_command", "no command has that id", { hint: "`lever list` shows them" });
    return this.run(row.phrase, { ...options, commandId: row.id });
  }

  /** What a teach would store, without storing it. */
  compile(input: TeachOptions, namespace = this.namespace): Compiled {
    return translate(() => this.#core.compile(namespace, { ...EMPTY_TEACH, ...input }));
  }

  /** Stores a command; it is on disk once this returns. */
  teach(input: TeachOptions, namespace = this.namespace): Taught {
    return translate(() => teachHere(this.#core, { ...EMPTY_TEACH, ...input }, namespace, this.#environment));
  }

  /** What a request would find, with up to ten candidates, whatever they are worth; for measurements. */
  rank(text: string, namespace = this.namespace): Match {
    return translate(() => this.#core.rank(namespace, text));
  }

  /** A table of its own in memory, to measure on. Close it. */
  openTable(installation: Installation): Table {
    const options = { ...coreOptions(this.#loaded.config, installation), seed: false, bank: installation.bank ?? null };
    return translate(() => new Table(this.#native.openTable(options), this.namespace));
  }

  list(namespace = this.namespace): CommandRow[] {
    return translate(() => this.#core.list(namespace));
  }

  /** By id or by any of its phrases. */
  find(idOrPhrase: string, namespace = this.namespace): CommandRow | null {
    return translate(() => this.#core.find(namespace, idOrPhrase));
  }

  /**
   * Approves a command and its suggestions as they are in the row, and nothing that has been changed since; by its id, as they
   * are now.
   */
  approve(row: CommandRow | string, namespace = this.namespace): CommandRow {
    return translate(() => approveAsShown(this.#core, row, namespace));
  }

  /** Changes what the runs of a command may do, and approves it so. A built-in one becomes one of the namespace's own. */
  adjustPermissions(row: CommandRow, changes: Partial<Permissions>, namespace = this.namespace): CommandRow {
    return translate(() => adjustHere(this.#core, row, changes, namespace, this.#environment));
  }

  /** Lists what a parameter can be, by its suggestion command; empty where it has none that is approved. */
  async suggest(
    commandId: string,
    parameter: string,
    options: Pick<RunOptions, "namespace" | "cwd"> = {},
  ): Promise<readonly string[]> {
    const suggest = suggesterFor(this.#core, this.#request("", options), this.#sandbox, () => {});
    return translateAsync(() => suggest(commandId, parameter));
  }

  /** Forgets a command; a built-in one stays forgotten in this namespace. */
  forget(commandId: string, namespace = this.namespace): CommandRow {
    return translate(() => this.#core.forget(namespace, commandId));
  }

  /** Forgets one alias. Null where it is no alias but a command's own phrase, or unknown. */
  forgetPhrase(phrase: string, namespace = this.namespace): CommandRow | null {
    return translate(() => this.#core.forgetPhrase(namespace, phrase));
  }

  /** Takes back what a request was taken for: this one, or the latest that ran. Null where there is nothing to take back. */
  takeBack(request: string | null = null, namespace = this.namespace): TakenBack | null {
    return translate(() => this.#core.takeBack(namespace, request));
  }

  setTrust(commandId: string, trust: number, namespace = this.namespace): CommandRow {
    return translate(() => this.#core.setTrust(namespace, commandId, trust));
  }

  /** Commands to and from files, copies of the store, and its upkeep. */
  get files(): LeverFiles {
    return new LeverFiles(this.#core, this.namespace);
  }

  /** The namespace's own commands, one a line as `lever export` writes them. */
  export(namespace = this.namespace): string {
    return this.files.exportText({}, namespace);
  }

  log(limit: number, namespace = this.namespace): RunRow[] {
    return translate(() => this.#core.log(namespace, limit));
  }

  stats(namespace = this.namespace): Stats {
    return translate(() => this.#core.stats(namespace));
  }

  /** Keeps account of models that were asked beside a request. */
  recordModelCalls(calls: readonly ModelCall[], namespace = this.namespace): void {
    recordModelCalls(this.#core, namespace, calls);
  }

  /** Computes vectors of the full model for about so long; call it until all are done. */
  reembed(milliseconds: number, namespace = this.namespace): { done: number; total: number } {
    return translate(() => this.#core.reembed(namespace, milliseconds));
  }

  /** Whether a phrase that a model proposed could be an alias of a command; nothing is stored. */
  weighPhrase(commandId: string, phrase: string, namespace = this.namespace): ProposedPhrase {
    return translate(() => this.#core.weighPhrase(namespace, commandId, phrase));
  }

  /** Adds a phrase that a model proposed and a person took. It is weak: at best `sure`. */
  addModelPhrase(commandId: string, phrase: string, namespace = this.namespace): ProposedPhrase {
    return translate(() => this.#core.addModelPhrase(namespace, commandId, phrase));
  }

  namespaces(): string[] {
    return translate(() => this.#core.namespaces());
  }

  facts(): CoreFacts {
    return translate(() => this.#core.facts());
  }

  checkIntegrity(): string[] {
    return translate(() => this.#core.checkIntegrity());
  }

  /**
   * Fires hostile values at the parameters of commands, with a recorder in the place of every program: no real one starts.
   * Those given, or all of the namespace that have parameters.
   */
  async audit(options: AuditOptions = {}): Promise<CommandAudit[]> {
    const { auditNamespace } = await import("./audit/audit-namespace.ts");
    return translateAsync(() =>
      auditNamespace(this.#core, options.namespace ?? this.namespace, options, this.#sandbox),
    );
  }

  /** Confines and runs a command that does nothing, to see whether this machine can. */
  async probeSandbox(): Promise<SandboxProbe> {
    const { facts, sandbox, error } = await probeSandbox(this.#sandbox);
    return { outcome: facts, sandbox, error };
  }

  get #sandbox(): SandboxContext {
    return { launcher: this.#native, config: this.#loaded.config, environment: this.#environment };
  }

  get namespace(): string {
    return this.#loaded.config.namespace;
  }

  close(): void {
    this.#core.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #request(text: string, options: RunOptions): Request {
    return {
      text,
      namespace: options.namespace ?? this.namespace,
      caller: options.caller ?? { kind: "person" },
      cwd: options.cwd ?? this.#environment.folder,
      parameters: options.parameters ?? {},
      dryRun: options.dryRun ?? false,
      yes: options.confirm === true,
      confirmToken: options.confirmToken,
      timeoutSeconds: options.timeoutSeconds ?? null,
      output: options.output ?? "captured",
      explain: options.explain ?? false,
      signal: options.signal,
      onOutput: options.onOutput,
      commandId: options.commandId,
      pathRoots: options.pathRoots ?? this.#loaded.config.path_roots,
    };
  }
}
