import type { CommandRow } from "@lever-runner/engine";
import { askPerson } from "../ask-person.ts";
import { describeEffects, describePermissions } from "../describe-command.ts";
import { printable } from "../show-error.ts";
import type { Session } from "./open-lever.ts";
import { requireModels } from "./propose-phrases.ts";

/** Trust of a command that a model rewrote. */
const TRUST = 40;

export interface FixOutcome {
  command_id: string;
  phrase: string;
  status: "stored" | "declined" | "no_proposal";
  /** The proposed template; null where there is none. */
  template: string | null;
  problem: string | null;
}

/**
 * The one place where a model sees a command: its phrase and template, without values or output. The person is shown exactly
 * what would be sent, and where to, and says yes each time; the proposal is shown beside what is there, and is stored only if
 * they take it: unapproved, at trust 40.
 */
export async function proposeFix(session: Session, command: CommandRow): Promise<FixOutcome> {
  const { lever, palette, note } = session;
  const models = requireModels(session);
  const end = (status: FixOutcome["status"], template: string | null, problem: string | null): FixOutcome => ({
    command_id: command.id,
    phrase: command.phrase,
    status,
    template,
    problem,
  });
  const request = { phrase: command.phrase, template: command.template };
  const { to, sent } = await models.describeFix(request);
  const shown = sent.split("\n").map((line) => `  ${printable(line)}`);
  if (!(await askPerson([`Send this to ${printable(to)}?`, ...shown].join("\n")))) return end("declined", null, null);

  const { template, problem, calls } = await models.fix(request, {
    notify: (line) => note(`lever: ${printable(line)}`),
  });
  lever.recordModelCalls(calls);
  if (template === null) return end("no_proposal", null, problem);
  if (template === command.template) return end("no_proposal", template, "the model proposes what is there");
  const lesson = {
    phrase: command.phrase,
    pattern: command.phrases.some(({ text, pattern }) => pattern && text === command.phrase),
    command: template,
    params: command.parameters.map(
      ({ name, type, default: value }) => `${name}:${type}${value === null ? "" : `=${value}`}`,
    ),
    tags: [...new Set([...command.tags, "model"])],
    trust: TRUST,
    approve: false,
    replace: true,
  };
  const compiled = lever.compile(lesson);
  if (compiled.status === "refused")
    return end("no_proposal", template, `the proposal cannot be taken: ${compiled.problem.message}`);
  const { effects, permissions } = compiled.understood;
  const agreed = await askPerson(
    [
      "Store this, unapproved?",
      palette.bad(`- ${printable(command.template)}`),
      palette.good(`+ ${printable(template)}`),
      palette.faint(`  ${describeEffects(effects)} · ${describePermissions(permissions)}`),
    ].join("\n"),
  );
  if (!agreed) return end("declined", template, null);
  const taught = lever.teach(lesson);
  if (taught.status === "refused") return end("no_proposal", template, taught.problem.message);
  return end("stored", template, null);
}
