import { describe, expect, it } from "vitest";
import { readRequestArguments } from "./request-arguments.ts";

describe("readRequestArguments", () => {
  it.each([
    ["one quoted request", ["check disk usage"], { words: ["check disk usage"] }],
    ["unquoted words", ["check", "disk", "usage"], { words: ["check", "disk", "usage"] }],
    [
      "switches before and after",
      ["-y", "check", "--json", "disk"],
      { words: ["check", "disk"], yes: true, json: true },
    ],
    ["a value with =", ["x", "--timeout=3"], { words: ["x"], timeoutSeconds: 3 }],
    ["a value as the next word", ["x", "--timeout", "0.5"], { words: ["x"], timeoutSeconds: 0.5 }],
    ["the older name of a namespace", ["x", "--chat-id", "42"], { namespace: "42" }],
    ["parameters, with = in the value", ["x", "--param", "a=b=c", "--param=d="], { parameters: { a: "b=c", d: "" } }],
    ["words that begin with a dash after --", ["--", "--weird", "-x"], { words: ["--weird", "-x"] }],
    ["a quoted request that begins with a dash", ["- what is this"], { words: ["- what is this"] }],
  ])("%s", (_, argv, expected) => {
    expect(readRequestArguments(argv)).toMatchObject(expected);
  });

  it.each([
    ["unknown option", ["x", "--colour"]],
    ["unknown option with a value", ["x", "--colour=red"]],
    ["switch with a value", ["x", "--yes=no"]],
    ["missing value", ["x", "--timeout"]],
    ["timeout that is no number", ["x", "--timeout", "soon"]],
    ["timeout of zero", ["x", "--timeout", "0"]],
    ["timeout below zero", ["x", "--timeout=-1"]],
    ["endless timeout", ["x", "--timeout", "Infinity"]],
    ["parameter without =", ["x", "--param", "file"]],
    ["parameter without a name", ["x", "--param", "=v"]],
    ["two timeouts", ["x", "--timeout", "3", "--timeout=4"]],
    ["two namespaces", ["x", "--namespace", "a", "--chat-id", "b"]],
    ["two tokens", ["x", "--confirm", "a", "--confirm", "b"]],
    ["two values for one parameter", ["x", "--param", "a=1", "--param", "a=2"]],
  ])("refuses: %s", (_, argv) => {
    expect(() => readRequestArguments(argv)).toThrow(expect.objectContaining({ code: "usage" }));
  });

  it("does not take a parameter called __proto__ for anything else", () => {
    const { parameters } = readRequestArguments(["x", "--param", "__proto__=v"]);
    expect(Object.getPrototypeOf(parameters)).toBe(null);
    expect(Object.entries(parameters)).toEqual([["__proto__", "v"]]);
  });
});
