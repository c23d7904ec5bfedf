import type { TeachInput } from "@lever-runner/native";
import type { LoadModels } from "./configured-models.ts";
import type { Flags } from "./config.ts";
import type { PhraseModel } from "./models.ts";
import type { OutcomeFacts, RecordError, SandboxFacts } from "./record.ts";
import type { Asker, Caller, OutputMode, Request } from "./request.ts";

/** Where the parts of this installation stand. The published package knows; an embedder need not. */
export interface Installation {
  /** Folder of the built-in pack. */
  pack: string;
  /** File of the phrase bank, from which taught commands bring phrases along; none where it is left out. */
  bank?: string;
  /** A module of the installation, from which the addon is looked for. */
  module: string;
  /** Loads what talks to models; without it there is no gate 3. */
  loadModels?: LoadModels;
}

export interface LeverOptions {
  home?: string;
  namespace?: string;
  /** Gate 3, in place of what the settings say. They say none by default: nothing leaves the machine. */
  llm?: PhraseModel;
  /** Settings as flags would give them. */
  flags?: Flags;
}

export interface RunOptions {
  namespace?: string;
  cwd?: string;
  parameters?: Record<string, string>;
  dryRun?: boolean;
  /** `true` consents in advance; a function is asked each time consent is needed. */
  confirm?: boolean | Asker["confirm"];
  /** A whole person to ask, for choices and missing values too. */
  asker?: Asker;
  /** Confirms the one run that `confirm_token` of an earlier record was given for. A program needs the scope for it. */
  confirmToken?: string;
  timeoutSeconds?: number;
  /** Folders that a program may name paths in; the setting `path_roots` unless given. */
  pathRoots?: readonly string[];
  /** The command that is meant, where the caller knows; the words are then for the record only. */
  commandId?: string;
  output?: OutputMode;
  explain?: boolean;
  caller?: Caller;
  signal?: AbortSignal;
  /** Told of captured output as it comes. */
  onOutput?: Request["onOutput"];
  notify?: (notice: string) => void;
}

export interface SandboxProbe {
  outcome: OutcomeFacts;
  sandbox: SandboxFacts;
  error: RecordError | null;
}

export type TeachOptions = Partial<Omit<TeachInput, "phrase" | "command">> & Pick<TeachInput, "phrase" | "command">;

/** A teach that asks for nothing beyond its phrase and its command. */
export const EMPTY_TEACH: Omit<TeachInput, "phrase" | "command"> = {
  pattern: false,
  aliases: [],
  params: [],
  interpreter: null,
  trust: null,
  tags: [],
  permissions: {},
  replace: false,
  approve: true,
  suggest: {},
  keep_output: false,
};

/** Who answers questions during a run; nobody where the options name none. */
export function askerOf(options: RunOptions): Asker | undefined {
  if (options.asker !== undefined) return options.asker;
  if (typeof options.confirm !== "function") return undefined;
  return { confirm: options.confirm, choose: () => Promise.resolve(null), fill: () => Promise.resolve(null) };
}
