import { vocabulary } from "./vocabulary.ts";

/** A request as a model sees it, and what its marks stand for. */
export interface Masked {
  /** Words of the shipped vocabulary and marks, a space between; nothing else. */
  text: string;
  /** `values[0]` is what `<1>` stands for, byte for byte. */
  values: readonly string[];
  /** How many words could be said. */
  words: number;
}

/** `{{parameters}}`, quoted text, then whatever stands between spaces. */
const PIECES = /\{\{.*?\}\}|"[^"]*"|(?<!\S)'[^']*'(?!\w)|`[^`]*`|“[^”]*”|«[^»]*»|\S+/gsu;
const WORD = /^([a-z]+)(?:['’](?:s|t|re|ve|ll|d|m))?$/i;
const SECRET_WORDS: ReadonlySet<string> = new Set([
  "password",
  "passphrase",
  "passwd",
  "secret",
  "token",
  "key",
  "pin",
]);
const SECRET_LINKS: ReadonlySet<string> = new Set(["is", "was", "be", "to", "as", "with"]);

/**
 * Replaces every value and every word outside the vocabulary by a mark. It lets through what it knows and knows no shapes:
 * a path, an address, a number, a name or a key is masked because it is no common word.
 *
 * @param identity words that are masked although they are common: the machine's and the user's names
 */
export function maskRequest(request: string, identity: ReadonlySet<string> = new Set()): Masked {
  const said: string[] = [];
  const values: string[] = [];
  const mark = (value: string): void => {
    const known = values.indexOf(value);
    said.push(`<${known < 0 ? values.push(value) : known + 1}>`);
  };
  for (const found of request.matchAll(PIECES)) {
    const [piece] = found;
    if (followsSecretWord(said, request.slice(0, found.index))) {
      mark(request.slice(found.index).trimEnd());
      break;
    }
    const bare = withoutPunctuation(piece);
    if (bare === "") continue;
    const word = WORD.exec(bare)?.[1]?.toLowerCase();
    if (word !== undefined && vocabulary().has(word) && !identity.has(word))
      said.push(bare.toLowerCase().replace("’", "'"));
    else mark(bare);
  }
  return { text: said.join(" "), values, words: said.filter((word) => !word.startsWith("<")).length };
}

/** "the password is ...", "password: ...": the rest is the secret, whatever words it is made of. */
function followsSecretWord(said: readonly string[], before: string): boolean {
  const last = said.at(-1) ?? "";
  if (SECRET_WORDS.has(last)) return /[:=]\s*$/.test(before);
  return SECRET_LINKS.has(last) && SECRET_WORDS.has(said.at(-2) ?? "");
}

/** Without what belongs to the sentence: "(app.log)," is about `app.log`. */
function withoutPunctuation(piece: string): string {
  return /^(\{\{|["'`“«])/.test(piece) && piece.length > 1 && !WORD.test(piece.slice(1))
    ? piece
    : piece.replace(/^[([{,;:!?¿¡]+/u, "").replace(/[)\]},;:!?.…]+$/u, "");
}

/** Puts back what the marks stand for. Null where a mark stands for nothing. */
export function unmask(text: string, values: readonly string[]): string | null {
  let unknown = false;
  const full = text.replaceAll(/<(\d+)>/g, (_, number: string) => {
    const value = values[Number(number) - 1];
    if (value === undefined) unknown = true;
    return value ?? "";
  });
  return unknown ? null : full;
}
