import { createHash } from "node:crypto";
import type { Entry } from "@lever-runner/engine";
import { fillHoles } from "./holes.ts";
import { sampleValue } from "./sample-values.ts";
import type { Query, Trial } from "./trial.ts";

/** A command of a phrase bank or pack with its ways to ask for it; `nl`, `intent` and `intent_phrase` are other packs' names. */
export interface BankLine {
  id?: string;
  command: string;
  canonical?: string;
  phrase?: string;
  intent?: string;
  intent_phrase?: string;
  phrases?: string[];
  aliases?: string[];
  nl?: string[];
}

interface Known {
  id: string | undefined;
  command: string;
  phrases: string[];
}

const WAYS = ["canonical", "phrase", "intent", "intent_phrase", "phrases", "aliases", "nl"] as const;

/** Whether the line has a command and a way to ask for it. */
export function isBankLine(line: unknown): line is BankLine {
  return (
    typeof line === "object" &&
    line !== null &&
    typeof (line as BankLine).command === "string" &&
    WAYS.some((way) => Object.hasOwn(line, way))
  );
}

/** Commands in several files are one. */
export function readBankLines(lines: readonly BankLine[]): Known[] {
  const commands = new Map<string, Known>();
  for (const line of lines) {
    const known = commands.get(line.command) ?? { id: line.id, command: line.command, phrases: [] };
    commands.set(line.command, known);
    for (const text of WAYS.flatMap((way) => line[way] ?? [])) {
      if (!known.phrases.includes(text)) known.phrases.push(text);
    }
  }
  return [...commands.values()];
}

/**
 * For each fold a table without some phrases of each command, which are asked instead, and without one command in eight,
 * whose phrases nothing should answer. The canonical phrase stays. The same for the same file in every run.
 */
export function holdOut(commands: readonly Known[], folds: number, most: number | undefined): Trial[] {
  return Array.from({ length: folds }, (_unused, fold) => {
    const entries: Entry[] = [];
    const queries: Query[] = [];
    for (const { command, phrases } of commands) {
      const own = numberOf(command);
      const isHeld = (at: number): boolean => at > 0 && (at * 7 + own) % folds === fold;
      const isGone = numberOf(`${command}\0gone`) % 8 === fold % 8;
      const number = entries.length;
      const wanted = isGone
        ? null
        : { isCommand: ({ entry }: { entry: number | null }) => entry === number, hasValues: () => true };
      for (const [at, phrase] of phrases.entries()) {
        if (isHeld(at)) queries.push({ text: asSaid(phrase, `${command}\0${at}`), wanted });
      }
      if (!isGone) entries.push({ command, phrases: phrases.filter((_, at) => !isHeld(at)).slice(0, most) });
    }
    return { name: `fold ${fold + 1}`, entries, queries };
  });
}

/** A phrase as somebody would say it, with values for its parameters. */
function asSaid(phrase: string, salt: string): string {
  return fillHoles(phrase, (name, hole) => sampleValue(name, hole, numberOf(salt + name)));
}

/** A number for a text, the same in every run. */
function numberOf(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0);
}
