// Writes the library's type declarations: node tools/declare-types.mjs FOLDER
//
// Once for `import` and once for `require`: the same files, whose meaning TypeScript reads from the package.json beside them.
// The workspace's own packages are in there too, so their names become relative paths.
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./build-steps.mjs";

const OWN = { "@lever-runner/engine": "engine/src/index", "@lever-runner/native": "native/src/index" };

export function declareTypes(folder) {
  rmSync(folder, { recursive: true, force: true });
  const esm = join(folder, "esm");
  const tsc = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", "tools/tsconfig.types.json", "--outDir", esm], {
    cwd: root,
    encoding: "utf8",
  });
  if (tsc.status !== 0) throw new Error(`types were not written: ${tsc.stdout}${tsc.stderr}`);
  for (const file of readdirSync(esm, { recursive: true }).filter((name) => name.endsWith(".d.ts"))) {
    const path = join(esm, file);
    writeFileSync(path, pointInward(readFileSync(path, "utf8"), dirname(file)));
  }
  cpSync(esm, join(folder, "cjs"), { recursive: true });
  writeFileSync(join(esm, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(folder, "cjs/package.json"), '{ "type": "commonjs" }\n');
}

/** Names of the workspace's packages and of TypeScript files as paths that stand in the package. */
export function pointInward(text, folder) {
  return text.replaceAll(/(from |import\()"([^"]+)"/g, (whole, head, name) => {
    if (OWN[name] !== undefined) {
      const path = relative(folder, OWN[name]);
      return `${head}"${path.startsWith(".") ? path : `./${path}`}.js"`;
    }
    return name.startsWith(".") ? `${head}"${name.replace(/\.ts$/, ".js")}"` : whole;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  declareTypes(process.argv[2] ?? join(root, "packages/lever-runner/types"));
