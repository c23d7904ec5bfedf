import { describe, expect, it } from "vitest";
import { completeWords } from "./complete-words.ts";

const known = {
  subcommands: [
    { name: "teach", about: "Teach" },
    { name: "trust", about: "Trust" },
  ],
  options: [{ name: "--dry-run", about: "Show" }],
  phrases: [
    { text: "check disk usage", command: "disk" },
    { text: "check memory", command: "memory" },
    { text: "show logs for {{container}}", command: "logs" },
    { text: "restart {{service}} now", command: "restart" },
  ],
};
const texts = (...words: string[]): string[] => completeWords(words, known).completions.map(({ text }) => text);

describe("words", () => {
  it("completes subcommands and first words of phrases", () => {
    expect(texts("t")).toEqual(["teach", "trust"]);
    expect(texts("")).toEqual(["teach", "trust", "check", "show", "restart"]);
    expect(texts("CHE")).toEqual(["check"]);
  });

  it("goes on with a phrase, a word at a time", () => {
    expect(texts("check", "")).toEqual(["disk", "memory"]);
    expect(texts("check", "d")).toEqual(["disk"]);
    expect(texts("check", "disk", "u")).toEqual(["usage"]);
    expect(texts("nothing", "")).toEqual([]);
  });

  it("names the parameter whose values are wanted, and goes on after it", () => {
    expect(completeWords(["show", "logs", "for", "w"], known)).toMatchObject({
      slot: { command: "logs", parameter: "container" },
    });
    expect(texts("restart", "nginx", "n")).toEqual(["now"]);
  });

  it("completes a quoted request up to its first value", () => {
    expect(texts("check d")).toEqual(["check disk usage"]);
    expect(texts("show lo")).toEqual(["show logs for"]);
    expect(completeWords(["show logs for "], known).slot).toEqual({ command: "logs", parameter: "container" });
  });

  it("completes options", () => {
    expect(texts("--d")).toEqual(["--dry-run"]);
    expect(texts("check", "--")).toEqual(["--dry-run"]);
  });
});
