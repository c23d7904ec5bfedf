import { describe, expect, it } from "vitest";
import { request } from "../../test/examples.ts";
import { readRequest } from "./read-request.ts";

describe("readRequest", () => {
  it.each([
    ["empty", ""],
    ["only spaces", " \t\n "],
    ["10 MB", "x".repeat(10 * 1024 * 1024)],
    ["not UTF-8", Buffer.from([0x66, 0xff, 0xfe]).toString("utf8")],
  ])("refuses a request that is %s, in one line", (_, text) => {
    expect(() => readRequest(request({ text }))).toThrow(
      expect.objectContaining({ code: "request_invalid", message: expect.stringMatching(/^.{1,120}$/) }),
    );
  });

  it("hands a fair one on as it is", () => {
    const fair = request({ text: "wie voll ist meine platte?" });
    expect(readRequest(fair)).toBe(fair);
  });
});
