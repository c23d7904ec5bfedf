import { type CommandRow, LeverError, type Models } from "@lever-runner/engine";
import { askPerson } from "../ask-person.ts";
import { hasPerson } from "../terminal.ts";
import { printable } from "../show-error.ts";
import type { Session } from "./open-lever.ts";

export interface Proposals {
  command_id: string;
  phrase: string;
  /** What a model proposed and could be added. */
  proposed: string[];
  /** Of these, what a person took. */
  added: string[];
  problem: string | null;
}

/** @throws LeverError `usage` where the settings name no model. */
export function requireModels(session: Session): Models {
  const { models } = session.lever;
  if (models !== null) return models;
  throw new LeverError("usage", "no model is set", {
    hint: "for example LLM_BACKEND=ollama LLM_MODEL=llama3.2; `lever doctor` checks it",
  });
}

/** Asks once for other ways to say a command's phrase, and adds those that the person takes, one by one. */
export async function proposePhrases(session: Session, command: CommandRow): Promise<Proposals> {
  const { lever, note } = session;
  const models = requireModels(session);
  const nothing = { command_id: command.id, phrase: command.phrase, proposed: [], added: [] };
  if (command.phrases.some(({ text, pattern }) => pattern && text === command.phrase))
    return { ...nothing, problem: "a phrase with (a|b) notation says it in several ways already" };
  const { phrases, problem, calls } = await models.paraphrase(command.phrase, {
    notify: (line) => note(`lever: ${printable(line)}`),
  });
  lever.recordModelCalls(calls);
  const proposed = phrases.filter((phrase) => lever.weighPhrase(command.id, phrase).status === "free");
  const added: string[] = [];
  for (const phrase of hasPerson() ? proposed : []) {
    const taken = await askPerson(`“${printable(command.phrase)}” may also be said as “${printable(phrase)}”. Add it?`);
    if (taken === null) break;
    if (taken && lever.addModelPhrase(command.id, phrase).status === "added") added.push(phrase);
  }
  const none = phrases.length > 0 && proposed.length === 0 ? "every proposal is taken or does not fit" : null;
  return { ...nothing, proposed, added, problem: problem ?? none };
}

export function describeProposals({ phrase, proposed, added, problem }: Proposals): string[] {
  if (problem !== null) return [`“${printable(phrase)}”: ${printable(problem)}`];
  if (added.length > 0) return added.map((alias) => `added to “${printable(phrase)}”: “${printable(alias)}”`);
  return [`proposed for “${printable(phrase)}”, none added:`, ...proposed.map((alias) => `  ${printable(alias)}`)];
}
