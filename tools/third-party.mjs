// The licences of what is shipped inside the packages: npm modules in the bundles, crates in the addon and the launcher.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./build-steps.mjs";

/** Where `tools/bundle.mjs` says which files went into the bundles. */
const BUNDLED = join(root, ".lever-build/bundled.json");
/** What ends up in a shipped file; the rest of the workspace's crates only tests and measures. */
const SHIPPED_CRATES = ["lever-node", "lever-sandbox"];
/** Of several licences to choose from, the text of the first of these that is there. */
const PREFERRED = [/^LICEN[CS]E.*MIT/i, /^LICEN[CS]E.*APACHE/i, /^LICEN[CS]E/i, /^COPYING/i, /^UNLICENSE/i];

/**
 * One text: every part with its version and licence, then each licence text once with the parts that come under it.
 * @throws Error if a part says nothing of its licence.
 */
export function thirdPartyNotice() {
  const parts = [...npmModules(), ...crates()].toSorted((a, b) => a.name.localeCompare(b.name, "en"));
  const unclear = parts.filter(({ licence }) => !licence);
  if (unclear.length > 0) throw new Error(`no licence is named by ${unclear.map(({ name }) => name).join(", ")}`);
  const texts = new Map();
  for (const part of parts) texts.set(part.text, [...(texts.get(part.text) ?? []), part]);
  const list = parts.map(({ name, version, licence }) => `- ${name} ${version}: ${licence}`);
  const sections = [...texts].map(([text, under]) => `## ${under.map(({ name }) => name).join(", ")}\n\n${text}`);
  return `# Parts by others\n\nlever-runner contains these, each under its own licence.\n\n${list.join("\n")}\n\n${sections.join("\n\n")}\n`;
}

function npmModules() {
  const folders = new Set(JSON.parse(readFileSync(BUNDLED, "utf8")).map(moduleFolder).filter(Boolean));
  return [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return { name, version, licence: license, text: licenceText(folder, `${name}: ${license}`) };
  });
}

/** The folder of the package that a file belongs to; null for our own. */
function moduleFolder(file) {
  if (!file.includes("node_modules/")) return null;
  let folder = dirname(join(root, file));
  const named = () => {
    const manifest = join(folder, "package.json");
    return existsSync(manifest) && "version" in JSON.parse(readFileSync(manifest, "utf8"));
  };
  while (!named()) folder = dirname(folder);
  return folder;
}

function crates() {
  const linked = new Set(
    SHIPPED_CRATES.flatMap((name) =>
      cargo("tree", "--locked", "-p", name, "-e", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}")
        .split("\n")
        .map((line) => line.split(" ").slice(0, 2).join(" ")),
    ),
  );
  const { packages } = JSON.parse(cargo("metadata", "--locked", "--format-version", "1"));
  return packages
    .filter(({ name, version, source }) => source !== null && linked.has(`${name} v${version}`))
    .map(({ name, version, license, manifest_path: manifest }) => ({
      name,
      version,
      licence: license,
      text: licenceText(dirname(manifest), `${name}: ${license}`),
    }));
}

function cargo(...args) {
  return execFileSync("cargo", args, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
}

function licenceText(folder, fallback) {
  const names = readdirSync(folder).filter((name) => !/\.(rs|js|ts|json|toml)$/.test(name));
  const found = PREFERRED.map((pattern) => names.find((name) => pattern.test(name))).find(Boolean);
  return found === undefined ? fallback : readFileSync(join(folder, found), "utf8").trim();
}
