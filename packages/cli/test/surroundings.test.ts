import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Ended, makeFolder, Person } from "./lever.ts";
import { atTerminal } from "./terminal-session.ts";

/**
 * Attacks from where lever is called: the folder, its repository, the caller's environment. Each is first seen to work on
 * the command itself.
 */

const PATH = process.env["PATH"] ?? "/usr/bin:/bin";
const EVIL = "#!/bin/sh\necho PWNED >&2\n";
let folder: string;
let evil: string;
let person: Person;

function script(path: string, text = EVIL): string {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

function git(...args: string[]): void {
  execFileSync("git", args, { cwd: folder, env: { PATH, HOME: person.home }, stdio: "ignore" });
}

/** The command as a shell runs it in the attacked folder. */
function bare(command: string, env: Record<string, string> = {}): string {
  const { stdout, stderr } = spawnSync("/bin/sh", ["-c", command], {
    cwd: folder,
    env: { PATH, HOME: person.home, ...env },
    encoding: "utf8",
    input: "",
  });
  return stdout + stderr;
}

const said = ({ stdout, stderr }: Ended): string => stdout + stderr;

beforeAll(async () => {
  person = new Person();
  folder = makeFolder();
  evil = script(join(folder, "evil"));
  git("init", "--quiet");
  git("config", "user.email", "a@example.org");
  git("config", "user.name", "a");
  writeFileSync(join(folder, ".git", "info", "exclude"), "*\n!f\n");
  writeFileSync(join(folder, "f"), "one\n");
  git("add", "f");
  git("commit", "--quiet", "--message", "one");
  writeFileSync(join(folder, "f"), "two\n");
  for (const [phrase, command] of [
    ["braces", "echo a{1,2}"],
    ["interactive shell", "sh -i -c true"],
    ["print file", "less f"],
    ["node nothing", "node -e 0"],
  ] as const)
    await person.teach(phrase, command, "--yes");
});

describe("a hostile folder", () => {
  it.each([[`.:${PATH}`], [`:${PATH}`], [`${PATH}:`], [`relative:${PATH}`]])(
    "puts no program of its own in the way, PATH %j",
    async (path) => {
      mkdirSync(join(folder, "relative"), { recursive: true });
      for (const place of ["df", "relative/df"]) script(join(folder, place));
      // At the end of the list it takes only what is found nowhere else.
      const name = path.startsWith(PATH) ? "df-that-is-nowhere-else" : "df";
      script(join(folder, name));
      expect(bare(name, { PATH: path })).toContain("PWNED");
      const ended = await person.lever(["check disk usage"], { cwd: folder, env: { PATH: path } });
      expect(ended.stdout).toMatch(/^Filesystem/);
      expect(said(ended)).not.toContain("PWNED");
    },
  );
});

describe("a hostile repository", () => {
  it.each([
    ["core.fsmonitor", "git status", "git status"],
    ["diff.external", "git diff", "show unstaged changes"],
    ["filter.x.process", "git diff", "show unstaged changes"],
    ["diff.d.textconv", "git diff", "show unstaged changes"],
  ])("runs nothing by %s", async (setting, command, request) => {
    writeFileSync(join(folder, ".git", "info", "attributes"), "* filter=x diff=d\n");
    git("config", setting, evil);
    try {
      expect(bare(command)).toContain("PWNED");
      const ended = await person.lever([request], { cwd: folder });
      expect(said(ended)).not.toContain("PWNED");
      expect(ended.stdout).toMatch(/modified|\+two/);
    } finally {
      git("config", "--unset", setting);
    }
  });

  it("runs no hook at a commit, and says which command would", async () => {
    const hook = join(folder, ".git", "hooks", "pre-commit");
    mkdirSync(join(folder, ".git", "hooks"), { recursive: true });
    script(hook);
    const taught = await person.teach("commit it", "git commit --quiet --all --message two", "--yes");
    const refused = await person.lever(["commit it", "--yes"], { cwd: folder });
    expect(said(taught) + said(refused)).not.toContain("PWNED");
    expect(refused.stderr).toContain("pre-commit");
    expect(refused.stderr).toContain("--allow repository");
    await person.teach(
      "commit it with hooks",
      "git commit --quiet --all --message two",
      "--yes",
      "--allow",
      "repository",
    );
    expect(said(await person.lever(["commit it with hooks", "--yes"], { cwd: folder }))).toContain("PWNED");
    script(hook, "#!/bin/sh\nexit 0\n");
  });

  it.skipIf(!existsSync("/usr/bin/script"))("and a hostile environment name no pager at a terminal", async () => {
    git("config", "core.pager", evil);
    git("config", "pager.log", evil);
    const control = spawnSync("script", ["--quiet", "--command", "git log", "/dev/null"], {
      cwd: folder,
      env: { PATH, HOME: person.home, TERM: "xterm" },
      encoding: "utf8",
      input: "",
    });
    expect(control.stdout).toContain("PWNED");
    const hostile = Object.assign(Object.create(Person.prototype) as Person, person, {
      environment: { ...person.environment, PAGER: evil, GIT_PAGER: evil, LESSOPEN: `|${evil} %s` },
    });
    const { screen } = await atTerminal(hostile, ["show the last 5 commits"], folder, [{ after: "one", keys: "q" }]);
    expect(screen).toContain("one");
    expect(screen).not.toContain("PWNED");
    git("config", "--unset", "core.pager");
    git("config", "--unset", "pager.log");
  });
});

describe("a hostile environment", () => {
  const variables = (): Array<[name: string, env: Record<string, string>, command: string, request: string]> => [
    ["GIT_EXTERNAL_DIFF", { GIT_EXTERNAL_DIFF: evil }, "git diff", "show unstaged changes"],
    [
      "GIT_CONFIG_COUNT",
      { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "core.fsmonitor", GIT_CONFIG_VALUE_0: evil },
      "git status",
      "git status",
    ],
    ["GIT_CONFIG_PARAMETERS", { GIT_CONFIG_PARAMETERS: `'core.fsmonitor=${evil}'` }, "git status", "git status"],
    ["BASH_ENV", { BASH_ENV: evil }, "bash -c true </dev/null", "braces"],
    ["ENV", { ENV: evil }, "sh -i -c true", "interactive shell"],
    ["LESSOPEN", { LESSOPEN: `|${evil} %s` }, "less f | cat", "print file"],
  ];
  it("lets no variable of the caller name a program", async () => {
    writeFileSync(join(folder, "f"), "three\n");
    for (const [name, env, command, request] of variables()) {
      expect(bare(command, env), `positive control: ${name}`).toContain("PWNED");
      const ended = await person.lever([request, "--yes"], { cwd: folder, env });
      expect(said(ended), name).not.toContain("PWNED");
    }
  });

  it("passes on neither NODE_OPTIONS nor LD_PRELOAD", async () => {
    const required = join(folder, "required.cjs");
    writeFileSync(required, `if (process.execArgv.includes("-e")) console.error("PWNED");`);
    const options = { NODE_OPTIONS: `--require=${required}` };
    expect(bare("node -e 0", options)).toContain("PWNED");
    expect(said(await person.lever(["node nothing", "--yes"], { cwd: folder, env: options }))).not.toContain("PWNED");

    const source = join(folder, "preloaded.c");
    // Loaded into lever itself as well, whose owner it is that sets it: so only the command speaks.
    writeFileSync(
      source,
      `#include <stdio.h>
#include <string.h>
extern char *program_invocation_short_name;
__attribute__((constructor)) static void begin(void) {
  if (strcmp(program_invocation_short_name, "df") == 0) fputs("PWNED\\n", stderr);
}
`,
    );
    const library = join(folder, "preloaded.so");
    execFileSync("cc", ["-D_GNU_SOURCE", "-shared", "-fPIC", "-o", library, source]);
    const preload = { LD_PRELOAD: library };
    expect(bare("/usr/bin/df", preload)).toContain("PWNED");
    expect(said(await person.lever(["check disk usage"], { cwd: folder, env: preload }))).not.toContain("PWNED");
  });

  it.skipIf(spawnSync("rg", ["--version"]).error)("passes on no configuration of ripgrep", async () => {
    const file = join(folder, "ripgreprc");
    writeFileSync(file, `--pre=${evil}\n`);
    await person.teach("search two", "rg two f");
    const env = { RIPGREP_CONFIG_PATH: file };
    expect(bare("rg two f", env)).toContain("PWNED");
    expect(said(await person.lever(["search two"], { cwd: folder, env }))).not.toContain("PWNED");
  });
});

describe("the caller's key agent", () => {
  it("answers a program that works with its keys, and no other", async () => {
    const socket = join(folder, "agent");
    const agent = createServer((asking) => asking.end("agent here"));
    await new Promise<void>((listening) => agent.listen(socket, listening));
    const programs = makeFolder();
    const ask = `#!${process.execPath}
const { connect } = require("node:net");
const place = process.env.SSH_AUTH_SOCK;
if (place === undefined) console.log("no agent");
else connect(place).pipe(process.stdout);
`;
    for (const name of ["ssh", "other-program"]) script(join(programs, name), ask);
    const env = { PATH: `${programs}:${PATH}`, SSH_AUTH_SOCK: socket };
    try {
      expect(said(await person.teach("uptime of web", "ssh web uptime", "--yes"))).toContain("SSH_AUTH_SOCK");
      await person.teach("another", "other-program", "--yes", "--allow", "net=all");
      expect(said(await person.lever(["uptime of web", "--yes"], { cwd: folder, env }))).toContain("agent here");
      expect(said(await person.lever(["another", "--yes"], { cwd: folder, env }))).toContain("no agent");
    } finally {
      agent.close();
    }
  });
});
