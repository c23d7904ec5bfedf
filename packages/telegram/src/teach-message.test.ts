import { expect, it } from "vitest";
import { readTeach } from "./teach-message.ts";

it.each([
  ['"count lines" | ls | wc -l', "count lines", "ls | wc -l"],
  ["“count lines” | ls", "count lines", "ls"],
  ["count lines|ls", "count lines", "ls"],
  ['  "a" |\n  echo "x | y"  ', "a", 'echo "x | y"'],
])("%s", (text, phrase, command) => {
  expect(readTeach(text)).toEqual({ phrase, command });
});

it.each(["", "only a phrase", '"phrase" |', "| ls", '"phrase" |   '])("%j is no teach", (text) => {
  expect(() => readTeach(text)).toThrow(/a phrase, a bar and a command/);
});
