// Bundles the command line and the library into packages/lever-runner/dist.
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { root } from "./build-steps.mjs";

const require = createRequire(join(root, "package.json"));
const { build } = require("esbuild");
const source = (path) => join(root, "packages", path);
const dist = source("lever-runner/dist");

/** Parts of the command line that load only when needed, each a file of its own beside the fast path. */
const LAZY = { "./commands/index.ts": "./subcommands.cjs", "./prompts.ts": "./prompts.cjs" };

const lazyParts = {
  name: "lazy-parts",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/(commands\/index|prompts)\.ts$/ }, ({ path, kind }) =>
      kind === "dynamic-import" ? { path: LAZY[path], external: true } : undefined,
    );
  },
};

const shared = {
  bundle: true,
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
  absWorkingDir: root,
};

rmSync(dist, { recursive: true, force: true });
const commonJs = {
  ...shared,
  format: "cjs",
  plugins: [lazyParts],
  // Some libraries ask where they stand, which CommonJS says in another way.
  banner: { js: `const importMetaUrl=require("node:url").pathToFileURL(__filename).href;` },
  define: { "import.meta.url": "importMetaUrl" },
};
await Promise.all([
  build({ ...commonJs, entryPoints: [source("lever-runner/src/lever.ts")], outfile: join(dist, "lever.cjs") }),
  build({ ...commonJs, entryPoints: [source("cli/src/commands/index.ts")], outfile: join(dist, "subcommands.cjs") }),
  build({ ...commonJs, entryPoints: [source("cli/src/prompts.ts")], outfile: join(dist, "prompts.cjs") }),
  build({
    ...shared,
    format: "esm",
    entryPoints: [source("lever-runner/src/index.ts")],
    outfile: join(dist, "index.mjs"),
  }),
]);
