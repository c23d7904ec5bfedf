#!/usr/bin/env node
"use strict";
// Starts the program as Node would, but with what V8 made of it at an earlier start: to compile it anew takes longer than most
// requests do. That is kept in the folder of the store, which no run can reach, behind a copy of the source that it was made from.
// It is as good as the program itself, so it counts only where nobody but its owner can have written it.
const fs = require("node:fs");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

const MOST_BYTES = 16 * 1024 * 1024;
const file = join(dirname(__dirname), "dist/lever.cjs");
const source = fs.readFileSync(file);
const place = placeOfCode();
const code = place === null ? undefined : readCode(place);
const script = new Script(`(function(exports,require,module,__filename,__dirname){${source.toString()}\n})`, {
  filename: file,
  cachedData: code,
});
if (place !== null && (code === undefined || script.cachedDataRejected))
  process.once("exit", () => {
    writeCode(place);
  });
const program = { exports: {} };
const load = (name) => require(name.startsWith("./") ? `../dist/${name}` : name);
script.runInThisContext()(program.exports, load, program, file, dirname(file));

/** One file for each kind of Node, beside the store as `environment.ts` finds it. */
function placeOfCode() {
  const { HOME, LEVER_HOME, NODE_DISABLE_COMPILE_CACHE, XDG_DATA_HOME } = process.env;
  const shared = XDG_DATA_HOME?.startsWith("/") ? XDG_DATA_HOME : HOME && join(HOME, ".local/share");
  const folder = LEVER_HOME || (shared && join(shared, "lever-runner"));
  if (!folder || NODE_DISABLE_COMPILE_CACHE) return null;
  return join(folder, `code-${process.versions.v8}-${process.arch}`);
}

function readCode(path) {
  try {
    if (!isOurs(fs.lstatSync(dirname(path)))) return undefined;
    const opened = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
    try {
      const facts = fs.fstatSync(opened);
      if (!facts.isFile() || !isOurs(facts) || facts.size > MOST_BYTES) return undefined;
      const kept = fs.readFileSync(opened);
      return kept.subarray(0, source.length).equals(source) ? kept.subarray(source.length) : undefined;
    } finally {
      fs.closeSync(opened);
    }
  } catch {
    return undefined;
  }
}

/** Once, at the end, when all that a request needs is compiled. What cannot be kept is compiled the next time again. */
function writeCode(path) {
  const whole = `${path}.${process.pid}`;
  try {
    if (!isOurs(fs.lstatSync(dirname(path)))) return;
    const opened = fs.openSync(whole, "wx", 0o600);
    try {
      fs.writeFileSync(opened, Buffer.concat([source, script.createCachedData()]));
      fs.fsyncSync(opened);
    } finally {
      fs.closeSync(opened);
    }
    fs.renameSync(whole, path);
  } catch {
    fs.rmSync(whole, { force: true });
  }
}

function isOurs({ uid, mode }) {
  return uid === process.geteuid?.() && (mode & 0o022) === 0;
}
