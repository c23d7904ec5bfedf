import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Person } from "./lever.ts";

describe("suggestions", () => {
  it("list what a parameter can be: what its type takes, without repeats", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    await person.teach(
      "greet {{name:word}}",
      "echo hello {{name}}",
      "--suggest",
      "name=printf 'ann\\nbob\\nann\\ntwo words\\n\\n-rf\\n'",
    );
    const { code, stdout } = await person.lever(["suggest", "greet {{name:word}}", "name"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "ann\nbob\n" });
    const shown = (await person.lever(["show", "greet {{name:word}}"])).stdout;
    expect(shown).toContain("suggests");
  });

  it("take a Go template's braces for what they are", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    const { stdout } = await person.teach(
      "peek into {{container}}",
      "docker logs {{container}}",
      "--suggest",
      "container=docker ps --format {{.Names}}",
    );
    expect(stdout).toContain("docker ps --format {{.Names}}");
  });

  it("are a parameter's choices where it has some", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    await person.teach("be {{how:choice(quick|slow)}}", "echo {{how}}");
    expect((await person.lever(["suggest", "be {{how:choice(quick|slow)}}", "how"])).stdout).toBe("quick\nslow\n");
  });

  it.each([
    ["name=rm -rf x", "may only read"],
    ["name=curl -s https://example.com", "without network"],
    ["name=frobnicate --list", "not known to lever"],
    ["name=sudo ls", "may only read"],
    ["name=ls > out.txt", "may only read"],
    ["name=ls {{dir}}", "has the parameter `dir` itself"],
    ["other=ls", "does not have"],
    ["name=echo 'unclosed", "unclosed"],
    ["name", "expected parameter=command"],
  ])("may only read: %s", async (word, why) => {
    const person = new Person({ LEVER_SEED: "off" });
    const { code, stderr } = await person.lever([
      "teach",
      "greet {{name}}",
      "--command",
      "echo {{name}}",
      "--suggest",
      word,
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain(why);
  });

  it("run confined: nothing is written, whatever the listing tries", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    mkdirSync(join(person.home, "bin"));
    writeFileSync(join(person.home, "bin", "ls"), "#!/bin/sh\necho x > made-by-a-listing; echo listed\n", {
      mode: 0o755,
    });
    await person.teach("open {{what:word}}", "echo {{what}}", "--suggest", "what=ls");
    const env = { PATH: `${join(person.home, "bin")}:${person.environment["PATH"]}` };
    const { stdout } = await person.lever(["suggest", "open {{what:word}}", "what"], { env });
    expect(stdout).toBe("listed\n");
    expect((await person.lever(["suggest", "open {{what:word}}", "what"])).stdout).not.toContain("made-by-a-listing");
  });
});

describe("the log", () => {
  it("has arguments, outcome and what the kernel enforced, and output only where that was asked for", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    await person.teach("say {{what:text}}", "echo {{what}}");
    await person.teach("say {{what:text}} and keep it", "printf '%s\\n' {{what}}", "--keep-output");
    await person.ask('say "a b"');
    await person.ask('say "c d" and keep it');
    const rows = (await person.lever(["log", "--json"])).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(rows).toMatchObject([
      { parameters: { what: "c d" }, tail_out: "c d\n", tail_err: "", caller: "person", status: "ran" },
      {
        parameters: { what: "a b" },
        argv: ["echo", "a b"],
        exit_code: 0,
        stdout_bytes: 4,
        tail_out: null,
        tail_err: null,
        sandbox: { confined: true, seccomp: true },
      },
    ]);
  });

  it("has no secret in it, said or printed", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    const secret = "hunter2-SESAME";
    await person.teach("log in now", "printf '%s\\n' {{password:secret}} | cat", "--keep-output");
    const record = await person.ask("log in now", "--param", `password=${secret}`);
    expect(record["outcome"]).toMatchObject({ stdout: `${secret}\n` });
    const log = (await person.lever(["log", "--json"])).stdout;
    expect(log).toContain("***");
    expect(log).not.toContain(secret);
    const { stdout } = await person.lever(["list", "--own", "--json"]);
    expect(stdout).not.toContain(secret);
  });
});
