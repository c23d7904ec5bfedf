// Tokens of a gate-3 request on NL2Bash questions, counted with OpenAI's o200k tokenizer: instruction, request, the chat's
// frame, and as the answer the phrase that would help, at most 8 words, as the JSON that a server is held to.
//   node bench/gate3-tokens.mjs [FILE]     FILE: a draw as `lever eval` reads it, a JSON object a line
import { build } from "esbuild";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file =
  process.argv[2] ?? join(process.env.LEVER_SHARED ?? join(root, "..", "shared"), "data/nl2bash-67.dev.jsonl");
if (!existsSync(file)) {
  process.stdout.write(`skipped: ${file} is not there\n`);
  process.exit(0);
}
const { askForPhrase, countFrame, countPrompt, countTokens, maskRequest } = await loadSources();

const totals = new Map();
const masked = { words: 0, marks: 0 };
for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
  const { index, queries } = JSON.parse(line);
  const phrases = new Map(index.map(({ id, phrase }) => [id, phrase]));
  for (const { text, id } of queries) {
    const request = maskRequest(text);
    masked.words += request.words;
    masked.marks += request.text.split(" ").length - request.words;
    const answer = maskRequest(phrases.get(id) ?? text)
      .text.split(" ")
      .slice(0, 8)
      .join(" ");
    totals.set(text, countPrompt(askForPhrase(request.text)) + countTokens(JSON.stringify({ phrase: answer })));
  }
}
const sorted = [...totals.values()].sort((a, b) => a - b);
const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
process.stdout.write(
  `${sorted.length} different requests; beside the request ${countFrame(askForPhrase(""))} tokens are sent\n` +
    `tokens in and out: median ${at(0.5)}, p90 ${at(0.9)}, most ${sorted.at(-1)}\n` +
    `of ${masked.words + masked.marks} words ${((100 * masked.marks) / (masked.words + masked.marks)).toFixed(1)} % were masked\n`,
);

/** The sources as they are, without a build of the project. */
async function loadSources() {
  const folder = mkdtempSync(join(root, "node_modules/.gate3-tokens-"));
  const out = join(folder, "sources.mjs");
  try {
    await build({
      stdin: {
        contents: `export * from "./src/mask.ts"; export * from "./src/prompts.ts"; export * from "./test/count-tokens.ts";`,
        resolveDir: join(root, "packages/llm"),
      },
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: out,
      logLevel: "error",
    });
    return await import(pathToFileURL(out).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
