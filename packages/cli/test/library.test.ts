import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Person } from "./lever.ts";

const LIBRARY = new URL("../../lever-runner/dist/index.mjs", import.meta.url).href;

const PROGRAM = `
import { Lever } from ${JSON.stringify(LIBRARY)};
const lever = await Lever.open();
lever.teach({ phrase: "greet {{name}}", command: "echo hello {{name}}" });
const record = await lever.run("greet Ann");
const unknown = await lever.run("zorble the quantum flange gently");
lever.close();
process.stdout.write(JSON.stringify({ out: record.outcome.stdout, status: unknown.status }));
`;

describe("the library", () => {
  it("teaches, runs and closes in a program of its own", () => {
    const out = execFileSync(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
      env: new Person().environment,
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      encoding: "utf8",
    });
    expect(JSON.parse(out)).toEqual({ out: "hello Ann\n", status: "no_match" });
  });
});
