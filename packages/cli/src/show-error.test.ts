import { LeverError } from "@lever-runner/engine";
import { describe, expect, it } from "vitest";
import { paletteFor } from "./colour.ts";
import { drawCaret, printable, showError } from "./show-error.ts";

const plain = paletteFor({ isTTY: false }, false);

describe("showError", () => {
  it("puts a caret under the place", () => {
    const error = new LeverError("teach_invalid", "the quote is never closed", {
      place: { text: "echo 'hi", start: 5, end: 6 },
      hint: "close it",
    });
    expect(showError(error, plain)).toEqual({
      text: "lever: the quote is never closed\n  echo 'hi\n       ^\n  close it",
      exitCode: 2,
    });
  });

  it("marks a stretch, and counts wide characters as two", () => {
    expect(drawCaret({ text: "日本 {{x", start: 3, end: 6 }, plain)).toEqual(["  日本 {{x", "       ^^^"]);
  });

  it("shows only the part of a long text around the place", () => {
    const [line = "", caret = ""] = drawCaret(
      { text: `${"a".repeat(500)}X${"b".repeat(500)}`, start: 500, end: 501 },
      plain,
    );
    expect(line.length).toBeLessThan(90);
    expect(line[caret.indexOf("^")]).toBe("X");
  });

  it("gives no stack trace, and 125, for what is lever's own fault", () => {
    const { text, exitCode } = showError(new TypeError("x is not a function"), plain);
    expect(text).not.toContain(" at ");
    expect(exitCode).toBe(125);
  });
});

describe("printable", () => {
  it("lets nothing move the cursor or hide", () => {
    expect(printable("a\u001b[2Jb\u202ec\u0000\r")).toBe("a\\u{1b}[2Jb\\u{202e}c\\u{0}\\u{d}");
  });
});
