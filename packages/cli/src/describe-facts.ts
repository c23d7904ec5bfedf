import type { CommandRow, Understood } from "@lever-runner/engine";
import type { Palette } from "./colour.ts";
import { describeEffects, describeParameter, describePermissions } from "./describe-command.ts";
import { printable } from "./show-error.ts";

/** What an approval is bound to, line by line: command, interpreter, parameters, permissions, and the digest of them. */
export function describeFacts(facts: CommandRow | Understood, palette: Palette): string[] {
  const field = (name: string, value: string): string => `  ${palette.faint(name.padEnd(10))} ${value}`;
  return [
    palette.strong(printable(facts.phrase)),
    ...aliasesOf(facts).map((alias) => field("alias", printable(alias))),
    ...inFull("command", facts.template, field),
    ...(facts.script === null ? [] : inFull("runs as", facts.script, field)),
    ...facts.parameters.map((parameter) => field("parameter", describeParameter(parameter))),
    ...(facts.suggestions ?? []).map(({ parameter, template }) =>
      field("suggests", `${parameter}: ${printable(template)}`),
    ),
    field("effects", describeEffects(facts.effects)),
    field("may", describePermissions(facts.permissions)),
    ...(facts.keep_output ? [field("log", "keeps the end of its output")] : []),
    field("digest", facts.digest.slice(0, 16)),
  ];
}

/** A script of several lines stands in several lines: nothing of what is approved may be out of sight. */
function inFull(name: string, text: string, field: (name: string, value: string) => string): string[] {
  return text.split("\n").map((line, at) => field(at === 0 ? name : "", printable(line)));
}

/** Phrases that somebody gave it: who approves a command approves what asks for it. */
function aliasesOf(facts: CommandRow | Understood): string[] {
  if (!("phrases" in facts)) return [];
  return facts.phrases
    .filter(({ text, source }) => source === "taught" && text !== facts.phrase)
    .map(({ text }) => text);
}
