#!/usr/bin/env node
"use strict";
// Starts the program as Node would, but with what V8 made of it at an earlier start: to compile it anew takes longer than most
// requests do. That is kept in the folder of the store, which no run can reach, each part behind a copy of the source that it was
// made from. It is as good as the program itself, so it counts only where nobody but its owner can have written it.
const fs = require("node:fs");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

const MOST_BYTES = 16 * 1024 * 1024;
const dist = join(dirname(__dirname), "dist");
const places = placesOfCode();
const parts = new Map();
const compiled = [];
process.once("exit", () => {
  for (const part of compiled) writeCode(part);
});
load.main = require.main;
load("./lever.cjs");

/** What a part of the program requires: another part, or one of Node's own modules. */
function load(name) {
  if (!name.startsWith("./")) return require(name);
  const known = parts.get(name);
  if (known !== undefined) return known.exports;
  const file = join(dist, name);
  const source = fs.readFileSync(file);
  const place = places === null ? null : `${places}-${name.slice(2, -4)}`;
  const cachedData = place === null ? undefined : readCode(place, source);
  const script = new Script(`(function(exports,require,module,__filename,__dirname){${source.toString()}\n})`, {
    filename: file,
    cachedData,
  });
  if (place !== null && (cachedData === undefined || script.cachedDataRejected))
    compiled.push({ place, source, script });
  const part = { exports: {} };
  parts.set(name, part);
  script.runInThisContext()(part.exports, load, part, file, dist);
  return part.exports;
}

/** How the names of the files begin: one for each part and kind of Node, beside the store as `environment.ts` finds it. */
function placesOfCode() {
  const { HOME, LEVER_HOME, NODE_DISABLE_COMPILE_CACHE, XDG_DATA_HOME } = process.env;
  const shared = XDG_DATA_HOME?.startsWith("/") ? XDG_DATA_HOME : HOME && join(HOME, ".local/share");
  const folder = LEVER_HOME || (shared && join(shared, "lever-runner"));
  if (!folder || NODE_DISABLE_COMPILE_CACHE) return null;
  return join(folder, `code-${process.versions.v8}-${process.arch}`);
}

function readCode(place, source) {
  try {
    if (!isOurs(fs.lstatSync(dirname(place)))) return undefined;
    const opened = fs.openSync(place, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
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

/** Once, at the end, when all that was asked for is compiled. What cannot be kept is compiled the next time again. */
function writeCode({ place, source, script }) {
  const whole = `${place}.${process.pid}`;
  try {
    if (!isOurs(fs.lstatSync(dirname(place)))) return;
    const opened = fs.openSync(whole, "wx", 0o600);
    try {
      fs.writeFileSync(opened, Buffer.concat([source, script.createCachedData()]));
      fs.fsyncSync(opened);
    } finally {
      fs.closeSync(opened);
    }
    fs.renameSync(whole, place);
  } catch {
    removeLeftover(whole);
  }
}

function removeLeftover(file) {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // A folder that may not be looked into holds nothing of ours.
  }
}

function isOurs({ uid, mode }) {
  return uid === process.geteuid?.() && (mode & 0o022) === 0;
}
