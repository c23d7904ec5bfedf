import { describe, expect, it } from "vitest";
import { countFrame } from "../test/count-tokens.ts";
import { askForFix, askForPhrase, wholeText } from "./prompts.ts";

describe("prompts", () => {
  it("take at most 60 tokens beside the request", () => {
    expect(countFrame(askForPhrase("restart <1>"))).toBeLessThanOrEqual(60);
  });

  it("show all that they send", () => {
    const prompt = askForFix({ phrase: "disk", template: "df -x {{dir}}" });
    expect(wholeText(prompt)).toBe(`${prompt.instruction}\nPurpose: disk\nCommand: df -x {{dir}}`);
  });
});
