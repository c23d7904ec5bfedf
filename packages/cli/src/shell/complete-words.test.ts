import { describe, expect, it } from "vitest";
import { completePhrase, completeWords } from "./complete-words.ts";

const known = {
  subcommands: [
    { text: "teach", about: "Teach" },
    { text: "trust", about: "Trust" },
  ],
  options: [{ text: "--dry-run", about: "Show" }],
  phrases: [
    { text: "check disk usage", command: "disk" },
    { text: "check memory", command: "memory" },
    { text: "show logs for {{container}}", command: "logs" },
    { text: "restart {{service}} now", command: "restart" },
    { text: "show {{what}} for {{whom}}", command: "anything" },
    { text: "{{word}} please", command: "polite" },
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
    // The phrase that shares more words is meant; a phrase that begins with a slot says nothing yet.
    expect(completeWords(["show", "logs", "for", ""], known).slot?.command).toBe("logs");
    expect(completeWords([""], known).slot).toBeNull();
  });

  it("completes a quoted request up to its first value", () => {
    expect(texts("check d")).toEqual(["check disk usage"]);
    expect(texts("show lo")).toEqual(["show logs for"]);
    expect(completeWords(["show logs for "], known).slot).toEqual({ command: "logs", parameter: "container" });
  });

  it("completes whole phrases where one is named", () => {
    expect(completePhrase("Check", known.phrases).map(({ text }) => text)).toEqual([
      "check disk usage",
      "check memory",
    ]);
  });

  it("completes options", () => {
    expect(texts("--d")).toEqual(["--dry-run"]);
    expect(texts("check", "--")).toEqual(["--dry-run"]);
  });
});
