import { displayWidth } from "./show-error.ts";

/** Lines that a question needs besides the command that it is about. */
const REST = 8;

/**
 * The beginning and the end of a text that a terminal of that size would scroll out of sight, with a line between that says how much
 * is left out; null where all of it fits. What it leaves out has to be written above.
 */
export function fitToScreen(text: string, columns: number, rows: number): string | null {
  const width = Math.max(20, columns - 4);
  const lines = text.split("\n").flatMap((line) => wrap(line, width));
  const room = Math.max(4, rows - REST);
  if (lines.length <= room) return null;
  const tail = Math.floor((room - 1) / 2);
  const head = room - 1 - tail;
  const left = lines.slice(head, -tail);
  const characters = left.reduce((sum, line) => sum + line.length, 0);
  const note = `... ${characters} characters more, all of them shown above ...`;
  return [...lines.slice(0, head), note, ...lines.slice(-tail)].join("\n");
}

function wrap(line: string, width: number): string[] {
  const parts: string[] = [];
  let [part, taken] = ["", 0];
  for (const character of line) {
    const columns = displayWidth(character);
    if (taken + columns > width) {
      parts.push(part);
      [part, taken] = ["", 0];
    }
    part += character;
    taken += columns;
  }
  return [...parts, part];
}
