import type { Parameter } from "@lever-runner/native";

/** Values that no part of a command is likely to contain by itself, so that they can be found again in its arguments. */
const BY_TYPE: Readonly<Record<string, (at: number) => string>> = {
  text: (at) => `leveraudit text ${at}x`,
  word: (at) => `leveraudit-${at}x`,
  int: (at) => `73918${at}46`,
  float: (at) => `73918${at}.46`,
  path: (at) => `leveraudit-${at}x.txt`,
  dir: (at) => `leveraudit-${at}x`,
  host: (at) => `leveraudit-${at}x.example`,
  url: (at) => `https://leveraudit-${at}x.example/a`,
  port: (at) => `4739${at % 10}`,
  ref: (at) => `leveraudit-${at}x`,
  secret: (at) => `leveraudit-secret-${at}x`,
};

/** For patterns, of which nothing is known but that they match one of these, or nothing here does. */
const FORMS: ReadonlyArray<(at: number) => string> = [
  (at) => `leveraudit-${at}x`,
  (at) => `leveraudit${at}`,
  (at) => `LEVERAUDIT${at}`,
  (at) => `LEVERAUDIT_${at}`,
  (at) => `73918${at}46`,
  (at) => `v73918${at}.4.6`,
  (at) => `73918${at}.4.6`,
  (at) => `ade${at}73918bc`,
  (at) => `leveraudit/${at}x`,
  (at) => `leveraudit-${at}x@example.com`,
  (at) => `2073-0${(at % 9) + 1}-18`,
];

/** Ordinary values for a parameter, to be tried in this order; `at` tells parameters of one command apart. */
export function ordinaryValues(parameter: Parameter, at: number): string[] {
  const make = BY_TYPE[parameter.type];
  if (make !== undefined) return [make(at)];
  if (parameter.choices.length > 0) return [...parameter.choices].sort((a, b) => b.length - a.length);
  return [...FORMS.map((form) => form(at)), ...(parameter.default === null ? [] : [parameter.default])];
}
