import type {
  Area,
  CopyFacts,
  Core,
  Exported,
  ExportOptions,
  HistoryOptions,
  Imported,
  ImportOptions,
  NailOptions,
  NailPacked,
  PromotionRound,
  Proposed,
  TransferEvent,
} from "@lever-runner/native";
import { translate } from "./core-errors.ts";

type Report = (event: TransferEvent) => void;

const SILENT: Report = () => {};

/** Commands to and from files, copies of the store, and its upkeep. Calls are synchronous and may take seconds. */
export class LeverFiles {
  readonly #core: Core;
  readonly #namespace: string;

  constructor(core: Core, namespace: string) {
    this.#core = core;
    this.#namespace = namespace;
  }

  /**
   * Stores a file's commands as one change. Nothing is run; what is new is unapproved.
   * @throws LeverError where the file cannot be read or the store cannot be written. A bad line is part of the report.
   */
  import(options: ImportOptions, report: Report = SILENT, namespace = this.#namespace): Imported {
    return translate(() => this.#core.importFile(namespace, options, report));
  }

  /** Writes the namespace's commands. A file appears only when it is complete. */
  export(options: ExportOptions, report: Report = SILENT, namespace = this.#namespace): Exported {
    return translate(() => this.#core.exportFile(namespace, options, report));
  }

  /** The same as text. */
  exportText(options: Pick<ExportOptions, "format" | "all"> = {}, namespace = this.#namespace): string {
    return translate(() => this.#core.exportText(namespace, options));
  }

  /** Ids of the unapproved commands that a file holds, in its order. */
  unapprovedIn(options: ImportOptions, namespace = this.#namespace): string[] {
    return translate(() => this.#core.unapprovedIn(namespace, options));
  }

  /** Packs the namespace's phrases into a .nail archive. */
  exportNail(options: NailOptions, report: Report = SILENT, namespace = this.#namespace): NailPacked {
    return translate(() => this.#core.exportNail(namespace, options, report));
  }

  /** Reads a shell history and proposes what to teach; stores nothing. */
  propose(options: HistoryOptions, namespace = this.#namespace): Proposed {
    return translate(() => this.#core.propose(namespace, options));
  }

  /** Writes a consistent copy of the whole store. Nothing is overwritten. */
  backup(path: string): CopyFacts {
    return translate(() => this.#core.backup(path));
  }

  /** The built-in pack and its areas. */
  areas(namespace = this.#namespace): Area[] {
    return translate(() => this.#core.areas(namespace));
  }

  /** Forgets an area's commands in the namespace, or brings them back. Returns how many that changed. */
  setArea(name: string, enabled: boolean, namespace = this.#namespace): number {
    return translate(() => this.#core.setArea(namespace, name, enabled));
  }

  /** One round of promotion in every namespace, and what is flagged. A second round straight after changes nothing. */
  promote(dryRun = false): PromotionRound[] {
    return translate(() => this.#core.promote(dryRun));
  }
}
