import type { BoundCommand, Core, Refusal } from "@lever-runner/native";
import type { Candidate, MissingParameter } from "../record.ts";
import type { Asker, Request } from "../request.ts";

export type Binding =
  | { status: "bound"; command: BoundCommand }
  | { status: "missing"; parameters: MissingParameter[] }
  | { status: "refused"; refusal: Refusal };

/** Lists what a parameter of a command can be; empty where nothing is known. */
export type Suggest = (commandId: string, parameter: string) => Promise<readonly string[]>;

export interface BindContext {
  /** A person to ask for what the words do not say. */
  asker: Asker | undefined;
  /** What `~/` stands for. */
  home: string;
  suggest: Suggest;
}

const MAX_TRIES = 3;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Puts values into the command, asking the person, if there is one, for what the words do not say. */
export async function bindValues(
  core: Core,
  request: Request,
  candidate: Candidate,
  { asker, home, suggest }: BindContext,
): Promise<Binding> {
  const values: Record<string, string> = { ...candidate.parameters, ...request.parameters };
  const context = { cwd: request.cwd, caller: request.caller.kind, home, path_roots: [...(request.pathRoots ?? [])] };
  const tries = new Map<string, number>();
  const asked = new Map<string, MissingParameter>();
  for (;;) {
    const malformed = Object.keys(values).find((name) => LONE_SURROGATE.test(values[name] ?? ""));
    if (malformed !== undefined) return { status: "refused", refusal: notText(malformed) };
    const binding = core.bind(request.namespace, candidate.command_id, values, context);
    const question = questionOf(binding);
    if (question === null || asker === undefined) return binding;
    const { problem } = question;
    const parameter = asked.get(question.parameter.name) ?? question.parameter;
    asked.set(parameter.name, parameter);
    const count = (tries.get(parameter.name) ?? 0) + 1;
    if (count > MAX_TRIES) return binding;
    tries.set(parameter.name, count);
    const suggested = parameter.choices.length > 0 ? [] : await suggest(candidate.command_id, parameter.name);
    const answer = await asker.fill(candidate.phrase, parameter, problem, suggested);
    if (answer === null) return binding;
    values[parameter.name] = answer;
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
  return parameter === null ? null : { parameter: { name: parameter, type: "text", choices: [] }, problem: message };
}

/** Half of a surrogate pair stands for no character, so no UTF-8 can carry it. */
function notText(name: string): Refusal {
  return {
    code: "value_character",
    message: `the value of ${name} is not valid Unicode text`,
    hint: "values are one line of printable text",
    parameter: name,
  };
}
