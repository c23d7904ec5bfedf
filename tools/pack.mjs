// Packs everything that is published into tarballs: npm run pack:all -- --out FOLDER [--no-build]
//
// Builds first where something has changed. The platform packages that are built come along, this machine's always. A package that the registry would refuse, or that
// is larger than it may be, is an error.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bringUpToDate, root } from "./build-steps.mjs";
import { declareTypes } from "./declare-types.mjs";
import { writeManual } from "./man.mjs";
import { thirdPartyNotice } from "./third-party.mjs";

const MEGABYTE = 1_000_000;
const MOST = { main: 6 * MEGABYTE, platform: 8 * MEGABYTE };

const { values } = parseArgs({ options: { out: { type: "string" }, "no-build": { type: "boolean" } } });
if (values.out === undefined) {
  process.stderr.write("usage: npm run pack:all -- --out FOLDER [--no-build]\n");
  process.exit(2);
}
const out = resolve(process.env.INIT_CWD ?? process.cwd(), values.out);
mkdirSync(out, { recursive: true });
if (!values["no-build"]) await bringUpToDate();
const work = mkdtempSync(join(tmpdir(), "lever-pack-"));
let tooLarge = false;
try {
  const platforms = readdirSync(join(root, "prebuilds")).filter((name) =>
    ["lever.node", "lever-sandbox"].every((part) => existsSync(join(root, "prebuilds", name, part))),
  );
  for (const name of platforms) pack(stagePlatform(name), MOST.platform);
  pack(stageMain(), MOST.main);
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = tooLarge ? 1 : 0;

function stagePlatform(name) {
  const folder = join(work, name);
  mkdirSync(folder);
  for (const part of ["package.json", "lever.node", "lever-sandbox"])
    cpSync(join(root, "prebuilds", name, part), join(folder, part));
  copyLegal(folder);
  writeFileSync(
    join(folder, "README.md"),
    `# lever-runner for ${name}\n\nThe native parts of \`lever-runner\`. Install that.\n`,
  );
  return folder;
}

function stageMain() {
  const from = join(root, "packages/lever-runner");
  const folder = join(work, "lever-runner");
  mkdirSync(folder);
  for (const part of ["bin", "dist", "pack"]) cpSync(join(from, part), join(folder, part), { recursive: true });
  declareTypes(join(folder, "types"));
  writeManual(join(folder, "man/lever.1"));
  copyLegal(folder);
  writeFileSync(join(folder, "THIRD-PARTY.md"), thirdPartyNotice());
  cpSync(join(root, "README.md"), join(folder, "README.md"));
  const { devDependencies: _dev, scripts: _scripts, ...manifest } = readJson(join(from, "package.json"));
  writeFileSync(
    join(folder, "package.json"),
    `${JSON.stringify({ ...manifest, optionalDependencies: platformVersions(manifest.version) }, null, 2)}\n`,
  );
  return folder;
}

/** Every platform package at the version of the main one; a version that differs is a mistake in a release. */
function platformVersions(version) {
  const manifests = readdirSync(join(root, "prebuilds")).map((name) =>
    readJson(join(root, "prebuilds", name, "package.json")),
  );
  const other = manifests.find((manifest) => manifest.version !== version);
  if (other) throw new Error(`${other.name} has version ${other.version}, lever-runner ${version}`);
  return Object.fromEntries(manifests.map(({ name }) => [name, version]));
}

function copyLegal(folder) {
  for (const name of ["LICENSE", "NOTICE"])
    if (existsSync(join(root, name))) cpSync(join(root, name), join(folder, name));
}

function pack(folder, most) {
  const told = execFileSync("npm", ["pack", "--json", "--pack-destination", out, folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", 2],
  });
  // npm 11 gives a list, and later ones an object by name.
  const [{ filename, unpackedSize }] = Object.values(JSON.parse(told));
  const tarball = join(out, filename.replace("@", "").replace("/", "-"));
  process.stdout.write(
    `${tarball}  ${(statSync(tarball).size / MEGABYTE).toFixed(1)} MB, unpacked ${(unpackedSize / MEGABYTE).toFixed(1)} MB\n`,
  );
  if (unpackedSize <= most) return;
  tooLarge = true;
  process.stderr.write(`${filename} is larger than ${most / MEGABYTE} MB unpacked\n`);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
