import type { RunRecord } from "@lever-runner/engine";
import { describe, expect, it } from "vitest";
import { widenHint } from "./widen-hint.ts";

const record = (permissions: object, stderr: string | null = null, effects: object = { unknown: true }): RunRecord =>
  ({
    command: { permissions: { net: "none", write: "none", host: false, ...permissions }, effects },
    match: { command_id: "abc123" },
    outcome: { stderr },
  }) as never;

describe("widenHint", () => {
  it.each([
    [record({}), "lever approve abc123 --allow net=all --allow write=here"],
    [record({ net: "all" }), "lever approve abc123 --allow write=here"],
    [record({ write: "here" }), "lever approve abc123 --allow net=all"],
    [record({ net: "all", write: ["/srv"] }), "lever approve abc123 --allow host"],
    [record({}, "curl: (6) Could not resolve host: x"), "lever approve abc123 --allow net=all"],
    [record({}, "touch: cannot touch 'x': Read-only file system"), "lever approve abc123 --allow write=here"],
    [record({}, "no such thing"), "lever approve abc123 --allow net=all --allow write=here"],
    [record({ host: true }), null],
    [record({}, null, { reads: true }), null],
    [record({}, null, { writes: true }), "lever approve abc123 --allow write=here"],
    [record({ write: "here" }, null, { writes: true }), null],
    [record({}, "tail: cannot open 'x': No such file or directory", { reads: true }), null],
    [record({}, "curl: (6) Could not resolve host: x", { reads: true }), "lever approve abc123 --allow net=all"],
  ])("%#", (given, hint) => {
    expect(widenHint(given)).toBe(hint);
  });
});
