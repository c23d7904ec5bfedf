#!/usr/bin/env node
// Fails where lever-core could not run as WebAssembly in a browser: it reaches for files, network, clock, environment,
// processes, threads or globals, or depends on a crate that does. Stands in for a wasm32 build where that target is not
// installed. Prints each place and exits 1.
//
// Test code is exempt: items under `#[cfg(test)]`, files named tests.rs or below a tests/ folder.

import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Modules and macros of std that need an operating system, and everything that is a mutable global. */
const FORBIDDEN = [
  // Addresses are plain data; connections are not.
  [/\bstd\s*::\s*(net)\b(?!\s*::\s*(?:Ip|Addr|Socket))/, "std::$1 needs an operating system"],
  [/\bstd\s*::\s*(fs|env|process|thread|time|os|io)\b/, "std::$1 needs an operating system"],
  [/\bstd\s*::\s*\{[^}]*\b(fs|net|env|process|thread|time|os|io)\b/, "std::$1 needs an operating system"],
  [
    /\b(?:std|core)\s*::\s*(?:sync\s*::\s*)?(?:\{[^}]*)?\b(LazyLock|LazyCell|Mutex|RwLock)\b/,
    "$1 is for globals and threads",
  ],
  [/\b(lazy_static|once_cell)\b\s*(?:!|::)/, "$1 makes a global"],
  [/\bstatic\s+mut\b/, "a mutable global"],
  [
    /\bstatic\s+\w+\s*:\s*(?:\w+\s*::\s*)*(Atomic\w+|Mutex|RwLock|(?:Ref|Once|Lazy)?Cell|OnceLock|LazyLock)\b/,
    "a global that changes: $1",
  ],
  [/\bthread_local\s*!/, "a thread-local global"],
  [/\b(e?println|e?print|dbg)\s*!/, "$1! writes to a terminal"],
  [/\b(SystemTime|Instant)\s*::\s*now\b/, "$1::now reads the clock"],
];

/**
 * Crates that don't build for wasm32 or make no sense there. (libc, getrandom with its wasm feature, parking_lot and
 * tempfile do build, and come with brush-parser.)
 */
const DENIED = new Set([
  "async-std",
  "curl",
  "dirs",
  "errno",
  "fs2",
  "fs4",
  "home",
  "hyper",
  "landlock",
  "libsqlite3-sys",
  "memmap2",
  "mio",
  "napi",
  "napi-sys",
  "nix",
  "openssl-sys",
  "ort",
  "ort-sys",
  "polling",
  "rayon",
  "rayon-core",
  "reqwest",
  "rusqlite",
  "rustix",
  "seccompiler",
  "signal-hook",
  "signal-hook-registry",
  "smol",
  "socket2",
  "tokio",
  "ureq",
  "winapi",
  "windows-sys",
  "zstd-sys",
]);

/** Rust text with comments and the contents of strings blanked out; line breaks and lengths stay. */
export function blankOut(source) {
  const token =
    /\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/|b?r(#*)"[\s\S]*?"\1|b?"(?:\\[\s\S]|[^"\\])*"|b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\\n])'/g;
  return source.replace(token, (text) => text.replace(/[^\n]/g, " "));
}

/** Blanks out items under `#[cfg(test)]`: up to the brace or semicolon that ends them. */
export function withoutTests(source) {
  let text = source;
  for (let from = 0; ;) {
    const found = /#\s*\[\s*cfg\s*\(\s*test\s*\)\s*\]/.exec(text.slice(from));
    if (!found) return text;
    const start = from + found.index;
    let depth = 0;
    let end = start + found[0].length;
    for (; end < text.length; end += 1) {
      if (text[end] === "{") depth += 1;
      if (text[end] === "}") depth -= 1;
      if ((text[end] === "}" && depth === 0) || (text[end] === ";" && depth === 0)) break;
    }
    text = text.slice(0, start) + text.slice(start, end + 1).replace(/[^\n]/g, " ") + text.slice(end + 1);
    from = start;
  }
}

/** Places in one Rust file that are not allowed: `{ line, what }`. */
export function findImpure(source) {
  const text = withoutTests(blankOut(source));
  const found = [];
  for (const [pattern, what] of FORBIDDEN) {
    for (const match of text.matchAll(new RegExp(pattern, "g"))) {
      const line = text.slice(0, match.index).split("\n").length;
      found.push({ line, what: what.replace("$1", match[1] ?? "") });
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

/** Names of denied crates in the lines of `cargo tree --prefix none`. */
export function findDenied(tree) {
  const names = tree.split("\n").map((line) => line.trim().split(" ")[0]);
  return [...new Set(names.filter((name) => DENIED.has(name)))].sort();
}

function rustFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "tests" ? [] : rustFiles(path);
    return entry.name.endsWith(".rs") && entry.name !== "tests.rs" ? [path] : [];
  });
}

function main() {
  const places = rustFiles(join(ROOT, "crates/lever-core/src")).flatMap((path) =>
    findImpure(readFileSync(path, "utf8")).map(({ line, what }) => `${relative(ROOT, path)}:${line}: ${what}`),
  );
  const tree = execFileSync(
    "cargo",
    [
      "tree",
      "-p",
      "lever-core",
      "-e",
      "normal,no-proc-macro",
      "--prefix",
      "none",
      "--target",
      "wasm32-unknown-unknown",
      "--offline",
    ],
    { cwd: ROOT, encoding: "utf8" },
  );
  places.push(
    ...findDenied(tree).map(
      (name) => `crates/lever-core/Cargo.toml: depends on ${name}, which cannot build for wasm32`,
    ),
  );
  for (const place of places) process.stderr.write(`${place}\n`);
  process.stdout.write(places.length ? `lever-core is not pure: ${places.length} places\n` : "lever-core is pure\n");
  process.exitCode = places.length ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
