import { join } from "node:path";
import { main } from "@lever-runner/cli";
import manifest from "../package.json" with { type: "json" };

// Bundled as CommonJS: `__filename` is the bundle in dist/.
void main(process.argv.slice(2), {
  pack: join(__dirname, "..", "pack"),
  bank: join(__dirname, "phrase-bank.tsv"),
  module: __filename,
  loadModels: () => import("./models.ts"),
  version: manifest.version,
  ownsProcess: true,
});
