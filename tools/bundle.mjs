// Bundles the command line and the library into packages/lever-runner/dist.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "./build-steps.mjs";
import { writePhraseBank } from "./phrase-bank.mjs";

const require = createRequire(join(root, "package.json"));
const { build } = require("esbuild");
const source = (path) => join(root, "packages", path);
const dist = source("lever-runner/dist");

/** Parts of the command line that load only when needed: how they are imported, and the file each becomes. */
const LAZY = {
  "./commands/index.ts": { file: "subcommands", entry: "cli/src/commands/index.ts" },
  "./run-bot.ts": { file: "bot", entry: "cli/src/commands/run-bot.ts" },
  "./speak-mcp.ts": { file: "mcp", entry: "cli/src/commands/speak-mcp.ts" },
  "./serve-http.ts": { file: "server", entry: "cli/src/commands/serve-http.ts" },
  "./prompts.ts": { file: "prompts", entry: "cli/src/prompts.ts" },
  "./settings-schema.ts": { file: "settings-schema", entry: "engine/src/settings-schema.ts" },
  "./audit/audit-namespace.ts": { file: "audit", entry: "engine/src/audit/audit-namespace.ts" },
  "./toml.ts": { file: "toml", entry: "engine/src/toml.ts" },
  "./models.ts": { file: "models", entry: "lever-runner/src/models.ts" },
  "./wire-ollama.ts": { file: "wire-ollama", entry: "llm/src/wire-ollama.ts" },
  "./wire-openai.ts": { file: "wire-openai", entry: "llm/src/wire-openai.ts" },
  "./wire-anthropic.ts": { file: "wire-anthropic", entry: "llm/src/wire-anthropic.ts" },
};

const lazyParts = {
  name: "lazy-parts",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\// }, ({ path, kind }) =>
      kind === "dynamic-import" && Object.hasOwn(LAZY, path)
        ? { path: `./${LAZY[path].file}.cjs`, external: true }
        : undefined,
    );
  },
};

const options = {
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20.19",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
  absWorkingDir: root,
  plugins: [lazyParts],
  // A part is required, not imported: Node would read all of a CommonJS file for the names it exports, with a parser that
  // takes longer than the file takes to run.
  supported: { "dynamic-import": false },
  // Some libraries ask where they stand, which CommonJS says in another way; a part where none asks does without.
  inject: [join(root, "tools/import-meta-url.mjs")],
  define: { "import.meta.url": "importMetaUrl" },
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
// One library for both kinds of app: an error of the one is an error of the other, and its parts stand here once.
writeFileSync(join(dist, "index.mjs"), 'export * from "./index.cjs";\n');
const parts = [
  { file: "lever", entry: "lever-runner/src/lever.ts" },
  { file: "index", entry: "lever-runner/src/index.ts" },
  ...Object.values(LAZY),
];
const [bundles] = await Promise.all([
  Promise.all(
    parts.map(({ file, entry }) =>
      build({ ...options, metafile: true, entryPoints: [source(entry)], outfile: join(dist, `${file}.cjs`) }),
    ),
  ),
  writePhraseBank(join(dist, "phrase-bank.tsv")),
]);
// What went in, for `third-party.mjs`.
const files = new Set(bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs)));
mkdirSync(join(root, ".lever-build"), { recursive: true });
writeFileSync(join(root, ".lever-build/bundled.json"), JSON.stringify([...files].toSorted()));
