// Writes packages/llm/src/vocabulary.ts: the words that may leave the machine in a prompt. All are common words of English and
// of computing, taken from the matcher's lexicon, from what several built-in commands and the phrase bank say, and from a
// list of our own beside this file.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./build-steps.mjs";

/** A word that fewer commands than this say may be an example's name or a misspelling. */
const COMMANDS = 3;
const LINE = 110;

const words = new Set([...lexicon(), ...spoken(), ...list()].filter((word) => /^([ai]|[a-z]{2,})$/.test(word)));
const lines = [""];
for (const word of [...words].sort()) {
  if (lines.at(-1).length + word.length >= LINE) lines.push("");
  lines.push(`${lines.pop()}${word} `);
}
writeFileSync(
  join(root, "packages/llm/src/vocabulary.ts"),
  `/**
 * Words that may leave the machine in a prompt; every other word is masked. All are common words of English and of computing.
 * Written by tools/make-vocabulary.mjs.
 */
const WORDS = \`
${lines.map((line) => line.trimEnd()).join("\n")}
\`;

let words: ReadonlySet<string> | undefined;

/** Read when a request is first masked. */
export function vocabulary(): ReadonlySet<string> {
  return (words ??= new Set(WORDS.trim().split(/\\s+/)));
}
`,
);
process.stderr.write(`${words.size} words\n`);

function lexicon() {
  const source = readFileSync(join(root, "crates/lever-core/src/embed/lexicon.rs"), "utf8");
  return [...source.matchAll(/Group\(\w+, "([^"]*)"/gs)].flatMap(([, group]) =>
    group.replaceAll("\\\n", " ").split(/\s+/),
  );
}

function spoken() {
  const commands = new Map();
  for (const folder of ["packages/lever-runner/pack", "data/phrase-bank"]) {
    for (const file of readdirSync(join(root, folder)).filter((name) => name.endsWith(".jsonl"))) {
      for (const line of readFileSync(join(root, folder, file), "utf8")
        .split("\n")
        .filter(Boolean)) {
        const { phrase, canonical, aliases = [], phrases = [] } = JSON.parse(line);
        const said = [phrase ?? canonical, ...aliases, ...phrases].join("\n").replaceAll(/\{\{.*?\}\}/g, " ");
        for (const word of new Set(said.toLowerCase().match(/(?<![^\s(])[a-z]+(?=[,.?!)]*(\s|$))/g)))
          commands.set(word, (commands.get(word) ?? 0) + 1);
      }
    }
  }
  return [...commands].filter(([, count]) => count >= COMMANDS).map(([word]) => word);
}

function list() {
  return readFileSync(join(root, "tools/vocabulary-words.txt"), "utf8").split(/\s+/).filter(Boolean);
}
