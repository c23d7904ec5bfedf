// Puts the phrase bank and the built-in pack into the one file that teaching looks things up in: a command a line, with
// the built-in command's id (or nothing), the template and the phrases between tabs.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "./build-steps.mjs";

const FOLDERS = ["packages/lever-runner/pack", "data/phrase-bank"];

/** One line for each way to write the command. */
export function bankLines({ id, command, platforms = {}, phrase, canonical, aliases = [], phrases = [] }) {
  const said = [canonical ?? phrase, ...phrases, ...aliases];
  const templates = [...new Set([command, ...Object.values(platforms)])];
  return templates.map((template) => {
    const columns = [id === undefined ? "" : `builtin:${id}`, template, ...said];
    if (columns.some((text) => /[\t\n\r]/.test(text))) throw new Error(`a tab or line break in ${command}`);
    return columns.join("\t");
  });
}

async function readFolder(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".jsonl")).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return texts.flatMap((text) =>
    text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line)),
  );
}

export async function writePhraseBank(file) {
  const commands = await Promise.all(FOLDERS.map((folder) => readFolder(join(root, folder))));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${commands.flat().flatMap(bankLines).join("\n")}\n`);
}
