// In whose voice a phrase is spoken, roughly and by spelling: enough to see which voices a command's phrases lack.
import { keystrokes } from "./phrase-likeness.mjs";

const TERSE_WORDS = 3;
const QUESTION =
  /\?$|^(what|which|who|whos|where|wheres|when|why|how|is|are|was|did|does|do|has|have|can|could|would|any|am|will)\b/i;
const PERSONAL =
  /\b(i|im|my|me|we|us|our|need|want|cant|cannot|wont|dont|doesnt|didnt|isnt|not|never|no|nothing|lost|forgot|too|full|broken?|slow|hangs|stuck|fails?|suspect|worried|before|after|wrong|old|keeps?|something|somebody|someone)\b/i;
const COURTESY = /^(?:(?:please|pls|plz|now|just|hey|ok) )+/;

/** The voices every command should have a phrase of, as `countVoices` names them. */
export const VOICES = ["question", "order", "need or complaint", "terse phrase", "phrase with a typing mistake"];

/**
 * How many phrases of each command ({phrases, words: the words of each phrase}) speak in each of VOICES, in the order of the
 * commands. A phrase may speak in several or in none. A command's first phrase is an order, so the words that open first
 * phrases are what tells an order from other phrases.
 */
export function countVoices(commands) {
  const verbs = new Set(commands.map(({ words }) => words[0][0]));
  const isTypo = typoFinder(commands.flatMap(({ words }) => words.flat()));
  return commands.map(({ phrases, words }) => {
    const counts = Object.fromEntries(VOICES.map((voice) => [voice, 0]));
    phrases.forEach((phrase, at) => {
      for (const voice of voicesOf(phrase, words[at], verbs, isTypo)) counts[voice] += 1;
    });
    return counts;
  });
}

function* voicesOf(phrase, words, verbs, isTypo) {
  const question = QUESTION.test(phrase);
  if (question) yield "question";
  else if (PERSONAL.test(phrase)) yield "need or complaint";
  if (!question && verbs.has(words.join(" ").replace(COURTESY, "").split(" ")[0])) yield "order";
  if (words.length <= TERSE_WORDS) yield "terse phrase";
  if (words.some(isTypo)) yield "phrase with a typing mistake";
}

/** A word is taken for a slip if one or two keystrokes make it a word that is used five times as often. */
function typoFinder(words) {
  const counts = new Map();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const usual = [...counts].filter(([word, count]) => count >= 5 && word.length > 2);
  const slips = (word, right) => {
    if (word.startsWith(right) || right.startsWith(word)) return false;
    return keystrokes(word, right) <= (word.length > 5 ? 2 : 1);
  };
  const known = new Map();
  return (word) => {
    if (word.length < 3) return false;
    const count = counts.get(word) ?? 0;
    if (!known.has(word))
      known.set(
        word,
        usual.some(([right, uses]) => uses >= 5 * count && slips(word, right)),
      );
    return known.get(word);
  };
}
