import { describe, expect, it } from "vitest";
import { fitToScreen } from "./fit-to-screen.ts";

describe("fitToScreen", () => {
  it("leaves alone what fits", () => {
    expect(fitToScreen("rm -f old.txt", 80, 24)).toBeNull();
    expect(fitToScreen("a\nb\nc", 80, 24)).toBeNull();
  });

  it("keeps the beginning and the end of what does not, and says how much is between", () => {
    const hidden = `rm -f safe.txt${" ".repeat(2500)}/home/me/important`;
    const shown = fitToScreen(hidden, 80, 24)?.split("\n") ?? [];
    expect(shown.length).toBeLessThanOrEqual(16);
    expect(shown[0]).toMatch(/^rm -f safe\.txt/);
    expect(shown.at(-1)).toMatch(/important$/);
    const left = Number(/(\d+) characters more/.exec(shown.join("\n"))?.[1]);
    const kept = shown.filter((line) => !line.startsWith("...")).join("").length;
    expect(kept + left).toBe(hidden.length);
  });

  it("counts columns, not characters", () => {
    expect(fitToScreen("rm -f \u3000".repeat(120), 80, 24)).toBeNull();
    expect(fitToScreen(`rm ${"\u3000".repeat(900)}x`, 80, 24)).toMatch(/^rm[^]*x$/);
  });

  it("counts lines, too", () => {
    const script = Array.from({ length: 60 }, (_, at) => `line ${at}`).join("\n");
    const shown = fitToScreen(script, 80, 24) ?? "";
    expect(shown).toContain("line 0\n");
    expect(shown).toContain("line 59");
    expect(shown).not.toContain("line 30");
  });
});
