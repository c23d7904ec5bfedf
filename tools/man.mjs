// Writes the manual page from what the command line says of itself: node tools/man.mjs FILE
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./build-steps.mjs";

const bin = join(root, "packages/lever-runner/bin/lever.cjs");
const { version, description } = JSON.parse(readFileSync(join(root, "packages/lever-runner/package.json"), "utf8"));

const EXIT_STATUS = [
  ["the command's own", "when it ran; 128 and the signal's number where one ended it"],
  ["2", "the command line cannot be read"],
  ["124", "it ran out of time"],
  ["125", "lever itself failed"],
  ["126", "it was not run: refused, or a choice, a value or a confirmation is missing"],
  ["127", "nothing fits the request, or the program is not installed"],
];
const FILES = [
  ["~/.local/share/lever-runner/lever.db", "what was taught, and what ran; LEVER_HOME says otherwise"],
  ["~/.config/lever-runner/config.toml", "settings; `lever config` shows them all and where each comes from"],
];

export function writeManual(file) {
  const help = (...args) =>
    execFileSync(process.execPath, [bin, ...args, "--help"], {
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", COLUMNS: "78" },
    });
  const top = help();
  const subcommands = [...top.matchAll(/^ {2}lever ([a-z][a-z-]*)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== "lever");
  const sections = [
    section("NAME", `lever \\- ${roff(description)}`),
    section("SYNOPSIS", `.B lever\n.RI \\(dq request \\(dq\n.br\n.B lever\n.I subcommand\n.RI [ arguments ]`),
    section("DESCRIPTION", preformatted(top)),
    section(
      "SUBCOMMANDS",
      [...new Set(subcommands)].map((name) => `.SS ${name}\n${preformatted(help(name))}`).join("\n"),
    ),
    section("EXIT STATUS", EXIT_STATUS.map(entry).join("\n")),
    section("FILES", FILES.map(entry).join("\n")),
  ];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `.TH LEVER 1 "" "lever-runner ${version}" "User commands"\n${sections.join("\n")}\n`);
}

const section = (name, body) => `.SH ${name}\n${body}`;
const entry = ([term, text]) => `.TP\n.B ${roff(term)}\n${roff(text)}`;
const preformatted = (text) => `.nf\n${roff(text.trimEnd())}\n.fi`;

/** Text that the formatter takes as it is: backslashes, and dots and quotes at the start of a line, mean something to it. */
export function roff(text) {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll(/^([.'])/gm, "\\&$1");
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeManual(process.argv[2] ?? join(root, "packages/lever-runner/man/lever.1"));
