import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CapturedOutput } from "./captured-output.ts";

async function capture(chunks: Buffer[], limit: number): Promise<CapturedOutput> {
  const stream = new PassThrough();
  const output = new CapturedOutput(stream, limit);
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await new Promise((resolve) => stream.once("end", resolve));
  return output;
}

describe("CapturedOutput", () => {
  it("keeps the first bytes up to the limit and counts all of them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ maxLength: 40 })),
        fc.integer({ min: 1, max: 200 }),
        async (texts, limit) => {
          const chunks = texts
            .map((text) => Buffer.from(text.replaceAll(/[^ -~]/g, "?")))
            .filter(({ length }) => length > 0);
          const whole = Buffer.concat(chunks);
          const output = await capture(chunks, limit);
          expect(output.bytes).toBe(whole.length);
          expect(output.text()).toBe(whole.subarray(0, limit).toString());
          expect(output.tail()).toBe(whole.subarray(-4096).toString());
          expect(output.truncated).toBe(whole.length > limit);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("keeps the end too, however much was dropped before it", async () => {
    const chunks = Array.from({ length: 100 }, (_, n) => Buffer.from(`${n} `.padEnd(100, ".")));
    const output = await capture(chunks, 1_000);
    expect(output.tail()).toBe(Buffer.concat(chunks).subarray(-4096).toString());
  });
});
