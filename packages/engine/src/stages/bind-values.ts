import type { BoundCommand, Core, Refusal } from "@lever-runner/native";
import type { Candidate, MissingParameter } from "../record.ts";
import type { Asker, Request } from "../request.ts";

export type Binding =
  | { status: "bound"; command: BoundCommand }
  | { status: "missing"; parameters: MissingParameter[] }
  | { status: "refused"; refusal: Refusal };

const MAX_TRIES = 3;

/** Puts values into the command, asking the person, if there is one, for what the words do not say. */
export async function bindValues(
  core: Core,
  request: Request,
  candidate: Candidate,
  asker: Asker | undefined,
  home: string,
): Promise<Binding> {
  const values: Record<string, string> = { ...candidate.parameters, ...request.parameters };
  const context = { cwd: request.cwd, caller: request.caller.kind, home, path_roots: [] };
  const tries = new Map<string, number>();
  for (;;) {
    const binding = core.bind(request.namespace, candidate.command_id, values, context);
    const question = questionOf(binding);
    if (question === null || asker === undefined) return binding;
    const count = (tries.get(question.parameter.name) ?? 0) + 1;
    if (count > MAX_TRIES) return binding;
    tries.set(question.parameter.name, count);
    const answer = await asker.fill(candidate.phrase, question.parameter, question.problem);
    if (answer === null) return binding;
    values[question.parameter.name] = answer;
  }
}

interface Question {
  parameter: MissingParameter;
  problem: string | null;
}

function questionOf(binding: Binding): Question | null {
  if (binding.status === "bound") return null;
  if (binding.status === "missing") {
    const [parameter] = binding.parameters;
    return parameter === undefined ? null : { parameter, problem: null };
  }
  const { parameter, message } = binding.refusal;
  return parameter === null ? null : { parameter: { name: parameter, type: "text" }, problem: message };
}
