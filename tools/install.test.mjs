// What people get: the packed tarballs installed by npm from a registry on loopback, in a clean home, without a compiler,
// cargo or pnpm within reach and with install scripts off.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "./build-steps.mjs";
import { serveTarballs } from "./local-registry.mjs";

const MEGABYTE = 1_000_000;
/** All that is on PATH while npm installs. */
const PROGRAMS = ["node", "npm", "sh", "env", "uname", "sed", "df", "echo", "true"];

const work = mkdtempSync(join(tmpdir(), "lever-install-"));
const prefix = join(work, "prefix");
const modules = join(prefix, "lib/node_modules");
const environment = { PATH: join(work, "path"), HOME: join(work, "home"), LANG: "C.UTF-8", NO_COLOR: "1" };
const lever = (...args) => run(join(prefix, "bin/lever"), args, { env: { ...environment, PATH: "/usr/bin:/bin" } });
let registry;

before(async () => {
  for (const folder of ["path", "home", "tarballs"]) mkdirSync(join(work, folder));
  for (const program of PROGRAMS) symlinkSync(find(program), join(work, "path", program));
  await run(process.execPath, ["tools/pack.mjs", "--no-build", "--out", join(work, "tarballs")], { cwd: root });
  const others = readdirSync(join(root, "prebuilds")).map((name) =>
    JSON.parse(readFileSync(join(root, "prebuilds", name, "package.json"), "utf8")),
  );
  registry = await serveTarballs(join(work, "tarballs"), others);
  environment.npm_config_registry = registry.address;
  const installed = await npm("install", "--global", "--prefix", prefix, "lever-runner");
  assert.equal(installed.code, 0, installed.stderr);
});

after(() => {
  registry?.close();
  rmSync(work, { recursive: true, force: true });
});

test("only what this system needs is fetched, it is few and it is small", async (t) => {
  assert.equal(registry.fetched.length, 2, registry.fetched.join(" "));
  assert.ok(countPackages(modules) <= 30);
  assert.ok(sizeOf(join(modules, "lever-runner"), "@lever-runner") <= 6 * MEGABYTE);
  assert.ok(platformSize() <= 8 * MEGABYTE, `the platform package takes ${platformSize() / MEGABYTE} MB`);
  const began = performance.now();
  await npm("install", "--global", "--prefix", join(work, "again"), "lever-runner");
  t.diagnostic(`installed with a warm cache in ${((performance.now() - began) / 1000).toFixed(1)} s`);
});

test("it answers, learns, and knows in the next process what it learned", async () => {
  const disk = await lever("check disk usage");
  assert.match(disk.stdout, /^Filesystem/);
  assert.equal(disk.code, 0, disk.stderr);
  assert.equal((await lever("teach", "greet {{name}}", "--command", "echo hello {{name}}")).code, 0);
  assert.equal((await lever("greet Ann")).stdout, "hello Ann\n");
  const match = JSON.parse((await lever("match", "greet Bob")).stdout);
  assert.deepEqual([match.kind, match.parameters], ["exact", { name: "Bob" }]);
  const doctor = await lever("doctor");
  assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
});

test("the manual page comes along", () => {
  const manual = readFileSync(join(prefix, "share/man/man1/lever.1"), "utf8");
  assert.match(manual, /^\.TH LEVER 1/);
  for (const name of ["teach", "doctor", "bench", "serve"])
    assert.match(manual, new RegExp(`^\\.SS ${name}\\n\\.nf\\nlever ${name}`, "m"));
});

test("the licences of what it contains come along", () => {
  const text = readFileSync(join(modules, "lever-runner/THIRD-PARTY.md"), "utf8");
  for (const part of [/^- openai [\d.]+: Apache-2\.0$/m, /^- rusqlite [\d.]+: MIT$/m, /^- yargs [\d.]+: MIT$/m])
    assert.match(text, part);
  assert.match(text, /Permission is hereby granted/);
  assert.match(text, /TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION/);
});

test("a package that does not fit the system is one clear message", async () => {
  const folder = platformsFolder();
  const [platform] = readdirSync(folder);
  const [there, away] = [join(folder, platform), join(work, platform)];
  renameSync(there, away);
  const missing = await lever("check disk usage");
  renameSync(away, there);
  assert.equal(missing.code, 125);
  assert.equal(missing.stdout, "");
  assert.match(missing.stderr, new RegExp(`no build for ${platform} here`));
  assert.match(missing.stderr, /--omit=optional/);
  assert.ok(missing.stderr.trim().split("\n").length <= 2 && !missing.stderr.includes("    at "), missing.stderr);

  const addon = join(there, "lever.node");
  renameSync(addon, away);
  writeFileSync(addon, "this is no library");
  const broken = await lever("check disk usage");
  renameSync(away, addon);
  assert.equal(broken.code, 125);
  assert.match(broken.stderr, new RegExp(`the build for ${platform} does not load: `));
});

test("apps of each kind use it as a library", async (t) => {
  const app = join(work, "app");
  mkdirSync(app);
  writeFileSync(join(app, "package.json"), '{ "private": true }');
  const installed = await npm("install", "--prefix", app, "lever-runner");
  assert.equal(installed.code, 0, installed.stderr);
  const body = `
    const lever = await Lever.open();
    const { status, outcome } = await lever.run("how full is the disk");
    lever.close();
    const kind = await Lever.open({ flags: { seed: "perhaps" } }).catch((error) => error instanceof LeverError && error.code);
    console.log(status, outcome?.exit_code, kind);`;
  writeFileSync(join(app, "app.mjs"), `import { Lever, LeverError } from "lever-runner";${body}`);
  writeFileSync(
    join(app, "app.cjs"),
    `const { Lever, LeverError } = require("lever-runner"); (async () => {${body}})();`,
  );
  for (const file of ["app.mjs", "app.cjs"]) {
    await t.test(file, async () => {
      const ended = await run(process.execPath, [join(app, file)], { env: { ...environment, PATH: "/usr/bin:/bin" } });
      assert.equal(ended.stdout, "ran 0 config_invalid\n", ended.stderr);
    });
  }
  for (const [module, moduleResolution] of [
    ["node16", "node16"],
    ["esnext", "bundler"],
  ]) {
    for (const file of ["typed.mts", "typed.cts"]) {
      await t.test(`${file}, ${moduleResolution}`, async () => {
        writeFileSync(
          join(app, file),
          `import { Lever, LeverError, type RunRecord } from "lever-runner";
           export async function ask(text: string): Promise<RunRecord["status"]> {
             await using lever = await Lever.open({ namespace: "a" });
             // @ts-expect-error: a request is text
             void lever.match(1);
             // @ts-expect-error: a namespace is text
             void Lever.open({ namespace: 1 });
             return (await lever.run(text)).status;
           }
           export const code = (error: LeverError): string => error.code;`,
        );
        const types = ["--typeRoots", join(root, "node_modules/@types"), "--types", "node"];
        const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,esnext.disposable", ...types];
        const tsc = join(root, "node_modules/.bin/tsc");
        const ended = await run(tsc, [...options, "--module", module, "--moduleResolution", moduleResolution, file], {
          cwd: app,
        });
        assert.equal(ended.code, 0, ended.stdout);
      });
    }
  }
});

test("what checks packages finds nothing", async () => {
  const tarball = readdirSync(join(work, "tarballs")).find((name) => /^lever-runner-\d/.test(name));
  const attw = await run(join(root, "node_modules/.bin/attw"), [join(work, "tarballs", tarball), "--format", "ascii"]);
  assert.equal(attw.code, 0, attw.stdout + attw.stderr);
  const publint = await run(join(root, "node_modules/.bin/publint"), [
    join(modules, "lever-runner"),
    "--strict",
    "--pack",
    "false",
  ]);
  assert.equal(publint.code, 0, publint.stdout + publint.stderr);
});

test("install.sh says what it would do, does it, and can be run again", async () => {
  const own = join(work, "own");
  const install = (...args) => run("sh", [join(root, "install.sh"), "--prefix", own, ...args], { env: environment });
  const dry = await install("--dry-run");
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /^would run: npm install --global/);
  assert.equal(existsSync(own), false);
  for (const _ of [1, 2]) {
    const ended = await install();
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stderr, /add .*\/own\/bin to your PATH/);
  }
  assert.equal((await run(join(own, "bin/lever"), ["--version"], { env: environment })).code, 0);
  assert.equal((await install("--nonsense")).code, 2);
});

function npm(...args) {
  return run("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    env: environment,
    cwd: work,
  });
}

/** npm nests a global package's dependencies or lays them beside it. */
function platformSize() {
  const [platform] = readdirSync(platformsFolder());
  return sizeOf(join(platformsFolder(), platform));
}

function platformsFolder() {
  return [join(modules, "lever-runner/node_modules/@lever-runner"), join(modules, "@lever-runner")].find(existsSync);
}

function countPackages(folder) {
  return readdirSync(folder, { recursive: true }).filter((name) =>
    /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(`node_modules/${name}`),
  ).length;
}

function sizeOf(folder, without) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !(without && entry.parentPath.includes(`/${without}`)))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function find(program) {
  if (program === "node") return process.execPath;
  return [dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"]
    .map((folder) => join(folder, program))
    .find(existsSync);
}

/** Not blocking: the registry answers from this very process. */
function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    const [stdout, stderr] = [[], []];
    child.stdout.on("data", (chunk) => stdout.push(chunk));
    child.stderr.on("data", (chunk) => stderr.push(chunk));
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}
