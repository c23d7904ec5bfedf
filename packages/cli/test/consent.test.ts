import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder, Person } from "./lever.ts";

function program(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, name), 0o755);
}

async function rowOf(person: Person, name: string): Promise<{ [key: string]: never }> {
  return JSON.parse((await person.lever(["show", name, "--json"])).stdout) as never;
}

describe("confirm tokens", () => {
  it("confirm the one run that they were given for, once", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    const folder = makeFolder();
    writeFileSync(join(folder, "a.log"), "x");
    writeFileSync(join(folder, "b.log"), "x");
    await person.teach("delete {{file:path}}", "rm {{file}}");
    const ask = async (request: string, cwd: string, ...args: string[]) =>
      JSON.parse((await person.lever([request, "--json", ...args], { cwd })).stdout) as {
        status: string;
        confirm_token: string | null;
        error: { message: string } | null;
      };
    const first = await ask("delete a.log", folder);
    expect(first).toMatchObject({ status: "needs_confirmation", confirm_token: expect.stringMatching(/^lc1_\w{32}$/) });
    const token = String(first.confirm_token);

    for (const [request, cwd, why] of [
      ["delete b.log", folder, "another run"],
      ["delete a.log", makeFolder(), "another run"],
    ] as const) {
      const other = await ask(request, cwd, "--confirm", token);
      expect(other).toMatchObject({ status: "needs_confirmation", error: { message: expect.stringContaining(why) } });
    }
    expect(await ask("delete a.log", folder, "--confirm", `${token}0`)).toMatchObject({ status: "needs_confirmation" });
    expect(existsSync(join(folder, "a.log"))).toBe(true);

    expect(await ask("delete a.log", folder, "--confirm", token)).toMatchObject({ status: "ran", confirm_token: null });
    expect(existsSync(join(folder, "a.log"))).toBe(false);
    writeFileSync(join(folder, "a.log"), "x");
    expect(await ask("delete a.log", folder, "--confirm", token)).toMatchObject({
      status: "needs_confirmation",
      error: { message: expect.stringContaining("used already") },
    });
  });

  it("do not outlive a change of the command's permissions", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    await person.teach("delete {{file:path}}", "rm {{file}}");
    const record = await person.ask("delete a.log");
    await person.lever(["approve", "delete {{file:path}}", "--allow", "net=all"]);
    const after = await person.ask("delete a.log", "--confirm", String(record["confirm_token"]));
    expect(after).toMatchObject({ status: "needs_confirmation" });
  });
});

describe("a yes in advance", () => {
  it("is none to a command that nobody approved", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    const file = join(person.home, "in.jsonl");
    writeFileSync(file, '{"phrase":"stamp it","command":"touch stamped"}\n');
    await person.lever(["import", file]);
    expect((await person.lever(["--yes", "stamp it"])).code).toBe(126);
    expect(existsSync(join(person.home, "stamped"))).toBe(false);
    await person.lever(["approve", "stamp it"]);
    expect((await person.lever(["--yes", "stamp it"])).code).toBe(0);
    expect(existsSync(join(person.home, "stamped"))).toBe(true);
  });
});

describe("programs", () => {
  it("that are found elsewhere are asked about once, and trust stays", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    const [first, second] = [join(person.home, "one"), join(person.home, "two")];
    program(second, "mytool", "echo second");
    await person.teach("use my tool", "mytool", "--trust", "77", "--allow", "exit=9");
    const env = { PATH: `${second}:${person.environment["PATH"]}` };
    expect((await person.lever(["use my tool", "--yes"], { env })).stdout).toBe("second\n");
    expect((await person.lever(["use my tool"], { env })).stdout).toBe("second\n");

    program(first, "mytool", "echo first");
    const moved = { PATH: `${first}:${env.PATH}` };
    const asked = await person.lever(["use my tool"], { env: moved });
    expect({ code: asked.code, stdout: asked.stdout }).toEqual({ code: 126, stdout: "" });
    expect(asked.stderr).toContain(`mytool is now ${join(first, "mytool")}; before, it was ${join(second, "mytool")}`);
    expect((await person.lever(["use my tool", "--yes"], { env: moved })).stdout).toBe("first\n");
    expect((await person.lever(["use my tool"], { env: moved })).stdout).toBe("first\n");
    expect(Number(await rowOf(person, "use my tool").then(({ trust }) => trust))).toBeGreaterThan(77);
  });

  it("in a folder that others can write to are refused, in a script too", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    const open = join(person.home, "open");
    program(open, "mytool", "echo ran");
    const env = { PATH: `${open}:${person.environment["PATH"]}` };
    await person.teach("use my tool twice", "mytool | cat; mytool");
    expect((await person.lever(["use my tool twice", "--yes"], { env })).stdout).toBe("ran\nran\n");
    chmodSync(open, 0o777);
    const { code, stdout, stderr } = await person.lever(["use my tool twice", "--yes"], { env });
    expect({ code, stdout }).toEqual({ code: 126, stdout: "" });
    expect(stderr).toContain("can be written by every user");
  });

  it("that lever does not know may write here and nothing else, which is said", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    const { stderr, stdout } = await person.teach("frob", "frobnicate --now");
    expect(stderr).toContain("lever does not know frobnicate");
    expect(stdout).toContain("may write here");
    expect(stdout).toContain("no network");
    expect((await person.teach("frob wide", "frobnicate --wide", "--allow", "net=all")).stderr).toBe("");
  });
});

describe("approve", () => {
  it("takes several at once and shows what each approval is bound to", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    await person.teach("show one", "echo one");
    await person.teach("show two", "echo two | cat");
    const { code, stdout } = await person.lever(["approve", "show one", "show two"]);
    expect(code).toBe(0);
    const two = await rowOf(person, "show two");
    for (const fact of ["echo one", "echo two | cat", "writes nothing", String(two["digest"]).slice(0, 16)]) {
      expect(stdout).toContain(fact);
    }
    expect((await person.lever(["approve"])).stderr).toContain("everything here is approved");
  });

  it("changes nothing where one of several is unknown", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    await person.teach("show one", "echo one");
    const { code } = await person.lever(["approve", "show one", "no such command", "--allow", "net=all"]);
    expect(code).toBe(2);
    expect((await rowOf(person, "show one"))["permissions"]).toMatchObject({ net: "none" });
  });

  it("widens what a command may do; trust starts again, aliases stay", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    await person.teach("make a note", "touch /var/tmp/never", "--alias", "note it", "--trust", "90", "--deny", "write");
    const before = await rowOf(person, "note it");
    expect(before).toMatchObject({ trust: 90, permissions: { write: "none" } });
    await person.lever(["approve", "note it", "--allow", "write=here", "--allow", "exit=7"]);
    const after = await rowOf(person, "note it");
    expect(after).toMatchObject({ id: before["id"], trust: 50, approved: true });
    expect(after["permissions"]).toMatchObject({ write: "here", ok_exit: [7] });
    expect(after["digest"]).not.toBe(before["digest"]);
  });

  it("makes an own command of a built-in one whose permissions change", async () => {
    const person = new Person();
    await person.lever(["approve", "check disk usage", "--allow", "exit=3"]);
    expect(await rowOf(person, "check disk usage")).toMatchObject({ origin: "own", approved: true });
    expect((await person.lever(["how full is the disk?"])).stdout).toMatch(/^Filesystem/);
  });

  it("is suggested by name where a confined run fails", async () => {
    const person = new Person({ LEVER_SEED: "off" });
    await person.teach("write a file", "sh -c 'echo x > note.txt'", "--deny", "write");
    const { id } = await rowOf(person, "write a file");
    const { code, stderr } = await person.lever(["write a file", "--yes"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("writes nothing, no network");
    const widen = /lever (approve .*)$/m.exec(stderr)?.[1]?.split(" ") ?? [];
    expect(widen).toEqual(["approve", id, "--allow", "write=here"]);
    await person.lever(widen);
    expect((await person.lever(["write a file", "--yes"])).code).toBe(0);
    expect(existsSync(join(person.home, "note.txt"))).toBe(true);
  });
});
