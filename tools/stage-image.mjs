// Copies what runs, and nothing else, into a folder, in the places that it has in a checkout: node tools/stage-image.mjs FOLDER
import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./build-steps.mjs";

/** What a run needs of a built checkout. */
const PARTS = [
  "packages/lever-runner/package.json",
  "packages/lever-runner/bin",
  "packages/lever-runner/dist",
  "packages/lever-runner/pack",
  "LICENSE",
];

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write("usage: node tools/stage-image.mjs FOLDER\n");
  process.exit(2);
}
const built = readdirSync(join(root, "prebuilds")).flatMap((platform) =>
  readdirSync(join(root, "prebuilds", platform))
    .filter((name) => name === "lever.node" || name === "lever-sandbox")
    .map((name) => `prebuilds/${platform}/${name}`),
);
for (const part of [...PARTS, ...built]) {
  const to = join(folder, part);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(root, part), to, { recursive: true });
}
