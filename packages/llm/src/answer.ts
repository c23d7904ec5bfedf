import { type Masked, unmask } from "./mask.ts";
import { vocabulary } from "./vocabulary.ts";

/** Most words and characters of a phrase. */
const WORDS = 8;
const CHARACTERS = 80;
/** A template that is longer was not meant as one. */
const TEMPLATE_BYTES = 4096;

export type Read<T> = { value: T; reason: null } | { value: null; reason: string };

const taken = <T>(value: T): Read<T> => ({ value, reason: null });
const dropped = (reason: string): Read<never> => ({ value: null, reason });

/** Takes a model's answer as data: a few plain words and marks, or nothing. */
export function readPhrase(answer: string, masked: Masked): Read<string> {
  const text = bare(fieldOf(answer, "phrase") ?? answer);
  if (text === "") return dropped("is empty");
  if (text.includes("\n")) return dropped("has several lines");
  if (text.length > CHARACTERS) return dropped(`is longer than ${CHARACTERS} characters`);
  const words = text.split(/\s+/);
  if (words.length > WORDS) return dropped(`has more than ${WORDS} words`);
  if (!words.every((word) => /^([A-Za-z0-9]+|<\d{1,2}>)$/.test(word)))
    return dropped("has other characters than letters, digits and marks");
  const letters = words.filter((word) => /^[A-Za-z]/.test(word)).map((word) => word.toLowerCase());
  if (/^(i|sorry|unfortunately|cannot|unable)$/.test(letters[0] ?? "")) return dropped("is a refusal");
  if (letters.filter((word) => vocabulary().has(word)).length * 2 < letters.length || letters.length === 0)
    return dropped("is not in plain English words");
  const phrase = unmask(words.join(" "), masked.values);
  return phrase === null ? dropped("has a mark that was not sent") : taken(phrase);
}

/** A list of phrases; those that are no phrase, repeat another or leave a mark out are left away. */
export function readPhrases(answer: string, masked: Masked): Read<string[]> {
  const list = listOf(answer) ?? answer.split("\n").map((line) => line.replace(/^\s*(\d{1,2}[.)]|[-*•])\s*/, ""));
  const marks = masked.values.map((_, index) => `<${index + 1}>`);
  const phrases = new Map<string, string>();
  for (const line of list) {
    if (!marks.every((mark) => line.split(/\s+/).filter((word) => bare(word) === mark).length === 1)) continue;
    const { value } = readPhrase(JSON.stringify({ phrase: line }), masked);
    if (value !== null && !phrases.has(value.toLowerCase())) phrases.set(value.toLowerCase(), value);
  }
  return phrases.size === 0 ? dropped("holds no usable phrase") : taken([...phrases.values()]);
}

/** A command template on one line. What it may do is judged where every template is. */
export function readTemplate(answer: string): Read<string> {
  const text = (fieldOf(answer, "command") ?? answer)
    .trim()
    .replace(/^```\w*\n([\s\S]*?)\n?```$/, "$1")
    .replace(/^`([^`]*)`$/, "$1")
    .trim();
  if (text === "") return dropped("is empty");
  if (Buffer.byteLength(text) > TEMPLATE_BYTES) return dropped(`is longer than ${TEMPLATE_BYTES} bytes`);
  if (/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(text)) return dropped("has several lines or control characters");
  return taken(text);
}

function fieldOf(answer: string, field: string): string | null {
  const value = objectOf(answer)?.[field];
  return typeof value === "string" ? value : null;
}

function listOf(answer: string): string[] | null {
  const value = objectOf(answer)?.["phrases"];
  return Array.isArray(value) ? value.filter((line) => typeof line === "string") : null;
}

function objectOf(answer: string): Record<string, unknown> | null {
  if (!answer.trimStart().startsWith("{")) return null;
  try {
    return JSON.parse(answer) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** Without the quotes and the full stop that a model puts around a phrase. */
function bare(text: string): string {
  return text
    .trim()
    .replace(/^(["'`])(.*)\1$/s, "$2")
    .replace(/^“(.*)”$/s, "$1")
    .replace(/\.$/, "")
    .trim();
}
