import type { CommandRow, RunOptions, RunRecord } from "@lever-runner/engine";
import {
  acceptedContent,
  type CallToolResult,
  inputRequired,
  type McpServer,
  type ToolAnnotations,
} from "@modelcontextprotocol/server";
import * as z from "zod";
import { describeRecord } from "../describe-record.ts";
import { canAskPerson, type ToolContext } from "../elicitation.ts";
import type { McpOptions } from "../server.ts";

const Input = z
  .strictObject({
    command_id: z.string().min(1).max(256).optional().describe("As lever_find gave it"),
    request: z.string().min(1).max(10_000).optional().describe("What is wanted, in plain words"),
    parameters: z.record(z.string(), z.string()).optional().describe("Values by parameter name"),
    dry_run: z.boolean().optional().describe("Show what would run"),
  })
  .refine(({ command_id: id, request }) => (id === undefined) !== (request === undefined), {
    message: "give either command_id or request",
  });

const Answer = z.object({ run: z.boolean().meta({ title: "Run it" }) });

/** Runs an approved command, by its id or in plain words. What needs a person's yes asks the client's person for it. */
export function addRunTool(server: McpServer, options: McpOptions): void {
  const { lever } = options;
  server.registerTool(
    "lever_run",
    {
      title: "Run a command",
      description:
        "Runs a command that the owner approved, by the id that lever_find gave or in plain words, with values for its parameters. " +
        "The answer says how it ended: ran, needs_choice, needs_parameters, needs_confirmation, refused or no_match.",
      inputSchema: Input,
      outputSchema: z.looseObject({ id: z.string(), status: z.string() }),
      annotations: annotate(lever.list()),
    },
    async (input, context) => {
      const asked = context.mcpReq.requestState<string>();
      const agreed = acceptedContent(context.mcpReq.inputResponses, "confirm", Answer)?.run === true;
      // A token that was given without a person's yes is of no use: it only counts beside one.
      const record = await run(options, input, context, agreed ? asked : undefined);
      if (record.status !== "needs_confirmation" || record.confirm_token === null || asked !== undefined)
        return answer(record);
      if (!canAskPerson(server, context)) return answer(record);
      return inputRequired({
        inputRequests: { confirm: inputRequired.elicit({ message: question(record), requestedSchema: Answer }) },
        requestState: record.confirm_token,
      });
    },
  );
}

function run(
  { lever, cwd }: McpOptions,
  input: z.infer<typeof Input>,
  { mcpReq }: ToolContext,
  confirmToken: string | undefined,
): Promise<RunRecord> {
  const options: RunOptions = {
    caller: { kind: "program", scopes: new Set(["run", "confirm"]) },
    cwd,
    pathRoots: [cwd, ...lever.config.config.path_roots],
    parameters: input.parameters ?? {},
    dryRun: input.dry_run ?? false,
    output: "captured",
    signal: mcpReq.signal,
    ...(confirmToken === undefined ? {} : { confirmToken }),
  };
  return input.command_id === undefined
    ? lever.run(input.request ?? "", options)
    : lever.runCommand(input.command_id, options);
}

function answer(record: RunRecord): CallToolResult {
  const code = record.outcome?.exit_code ?? null;
  const failed =
    record.status === "ran" && code !== 0 && !(record.command?.permissions.ok_exit ?? []).includes(code ?? -1);
  // The token is for who has the person to ask; an agent that held it could confirm for itself.
  const { confirm_token: _token, ...shown } = record;
  return {
    content: [{ type: "text", text: describeRecord(record) }],
    structuredContent: { ...shown, confirm_token: null },
    isError: failed || record.status === "refused",
  };
}

function question(record: RunRecord): string {
  const { command, error } = record;
  const line = command?.script ?? command?.argv?.map((word) => JSON.stringify(word)).join(" ") ?? "";
  const effects = Object.entries(command?.effects ?? {})
    .filter(([, holds]) => holds)
    .map(([name]) => name);
  return `Run this? (${error?.message ?? "it needs a yes"})\n${line}\n${effects.join(", ")}`;
}

/** The worst that any command of the namespace may do. */
export function annotate(commands: readonly CommandRow[]): ToolAnnotations {
  const may = (effect: "writes" | "destroys" | "privileged" | "network" | "unknown"): boolean =>
    commands.some(({ effects }) => effects[effect]);
  const destructive = may("destroys") || may("privileged") || may("unknown");
  return {
    readOnlyHint: !destructive && !may("writes"),
    destructiveHint: destructive,
    idempotentHint: false,
    openWorldHint: may("network"),
  };
}
