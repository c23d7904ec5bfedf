import { describe, expect, it } from "vitest";
import { drawBar, progressBar } from "./transfer-progress.ts";

const event = { lines: [], done: 5000, bytes: 50, total: 100 };

describe("the bar", () => {
  it("says how far it is, and no more than all", () => {
    expect(drawBar("reading", event, 50, 1000)).toBe(
      `reading ${"█".repeat(12)}${"░".repeat(12)} 50%  5,000 commands, 5,000/s`,
    );
    expect(drawBar("reading", event, 500, 1000)).toContain("100%");
  });

  it("counts where the end is not known", () => {
    expect(drawBar("reading", { ...event, total: 0 }, 50, 0)).toBe("reading 5,000 commands, 0/s");
  });

  it("is for a terminal only", () => {
    const written: string[] = [];
    const stream = { isTTY: false, write: (text: string) => written.push(text) };
    const bar = progressBar("reading", "bytes", stream as never);
    bar.show(event);
    bar.end();
    expect(written).toEqual([]);
  });
});
