import { isUsageError, LeverError, type Place } from "@lever-runner/engine";
import type { Palette } from "./colour.ts";
import { EXIT } from "./exit-codes.ts";

/** One line for what happened, a caret where a place is known, one line for what to do. No stack trace for a person. */
export function showError(error: unknown, palette: Palette): { text: string; exitCode: number } {
  if (error instanceof LeverError) {
    const lines = [`${palette.bad("lever:")} ${printable(error.message)}`];
    if (error.place !== undefined) lines.push(...drawCaret(error.place, palette));
    if (error.hint !== undefined) lines.push(palette.faint(`  ${printable(error.hint)}`));
    return { text: lines.join("\n"), exitCode: isUsageError(error) ? EXIT.usage : EXIT.broken };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    text: `${palette.bad("lever:")} something broke inside lever: ${printable(message)}\n${palette.faint("  `lever doctor` checks the installation")}`,
    exitCode: EXIT.broken,
  };
}

const MAX_WIDTH = 76;

export function drawCaret(place: Place, palette: Palette): string[] {
  const { text, start, end } = place;
  const from = Math.max(0, start - MAX_WIDTH / 2);
  const shown = printable(text.slice(from, from + MAX_WIDTH));
  const indent = displayWidth(printable(text.slice(from, start)));
  const length = Math.max(1, displayWidth(printable(text.slice(start, Math.min(end, from + MAX_WIDTH)))));
  return [`  ${shown}`, `  ${" ".repeat(indent)}${palette.bad("^".repeat(length))}`];
}

/** Makes control characters visible, so that a hostile text cannot move the cursor or hide. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    if (character === "\n") return "⏎";
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}

/** Columns that a terminal takes for the text: East Asian wide characters and emoji take two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text)
    width +=
      /\p{Extended_Pictographic}|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u.test(
        character,
      )
        ? 2
        : /\p{M}/u.test(character)
          ? 0
          : 1;
  return width;
}
