import type { CommandRow, Core, Payload } from "@lever-runner/native";
import type { SandboxContext } from "../stages/run-sandboxed.ts";
import { auditCommands, type CommandAudit } from "./audit.ts";

export interface AuditOptions {
  namespace?: string;
  /** Only these; all of the namespace's own by default. */
  commands?: readonly CommandRow[];
  /** More hostile values, beside those that come along. */
  payloads?: readonly Payload[];
  /** Called before each command, and once at the end. */
  onProgress?: (done: number, total: number, phrase: string) => void;
  signal?: AbortSignal;
}

/** Audits commands of a namespace with the binder that requests go through. What has no parameter takes no value. */
export function auditNamespace(
  core: Core,
  namespace: string,
  options: AuditOptions,
  sandbox: SandboxContext,
): Promise<CommandAudit[]> {
  const commands = options.commands ?? core.list(namespace).filter(({ origin }) => origin === "own");
  // A program's values go in as they are: a person's `~/` would be opened first.
  const context = { cwd: "/", caller: "program", home: "/", path_roots: ["/"] } as const;
  return auditCommands(
    commands.filter(({ parameters }) => parameters.length > 0),
    {
      bind: ({ id }, values) => core.bind(namespace, id, values, { ...context, path_roots: ["/"] }),
      payloads: [...core.payloads(), ...(options.payloads ?? [])],
      sandbox,
      onProgress: options.onProgress ?? (() => {}),
      signal: options.signal,
    },
  );
}
