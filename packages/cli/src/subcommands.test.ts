import { describe, expect, it } from "vitest";
import { readSubcommand } from "./subcommands.ts";

describe("readSubcommand", () => {
  it.each([
    [["list"], "list"],
    [["list", "--own"], "list"],
    [["teach", "say hi", "--command", "echo hi"], "teach"],
    [["show", "check disk usage"], "show"],
    [["match", "-"], "match"],
    [["trust", "check disk usage", "80"], "trust"],
    [["run", "show", "all", "files"], "run"],
    [["forget", "x", "--json"], "forget"],
    [["config", "token", "add", "phone"], "config"],
    [["--json", "list"], "list"],
    [["--namespace", "work", "--json", "doctor"], "doctor"],
    [["--namespace=work", "run", "list"], "run"],
    [["wrong", "ram", "usage"], "wrong"],
    [["forget", "ram", "usage"], "forget"],
    [["teach", "show", "logs", "-c", "ls"], "teach"],
  ])("%j is a subcommand", (argv, expected) => {
    expect(readSubcommand(argv)).toBe(expected);
  });

  it.each([
    [["check disk usage"]],
    [["list all containers"]],
    [["list", "all", "containers"]],
    [["show", "logs", "for", "web"]],
    [["log", "of", "nginx"]],
    [["stats", "of", "docker"]],
    [["config", "files", "please"]],
    [["constructor"]],
    [["constructor", "list"]],
    [["--json", "list", "all", "containers"]],
    [["--namespace", "list"]],
    [["teach", "me", "git"]],
    [[]],
  ])("%j is a request", (argv) => {
    expect(readSubcommand(argv)).toBe(null);
  });
});
