import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boundCommand } from "../../test/examples.ts";
import { findPrograms, locatePrograms } from "./locate-programs.ts";

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "lever-programs-")));
  for (const folder of ["first", "second"]) {
    mkdirSync(join(root, folder));
    writeFileSync(join(root, folder, "tool"), "#!/bin/sh\n");
  }
  chmodSync(join(root, "second", "tool"), 0o755);
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const path = (): string => ["", ".", join(root, "first"), join(root, "nowhere"), join(root, "second")].join(":");

describe("findPrograms", () => {
  it("takes the first executable file in an absolute folder of PATH", () => {
    expect(findPrograms(["tool", "missing", "./tool", "tool"], path())).toEqual({ tool: join(root, "second", "tool") });
  });
});

it("takes two names of one folder for one place", () => {
  symlinkSync(join(root, "second"), join(root, "linked"));
  expect(findPrograms(["tool"], join(root, "linked"))).toEqual({ tool: join(root, "second", "tool") });
});

describe("locatePrograms", () => {
  const tool = (known: string[]) =>
    boundCommand({ argv: ["tool"], programs: ["tool"], program_paths: known.length > 0 ? { tool: known } : {} });

  it("takes the first place for granted and remembers it", () => {
    expect(locatePrograms(tool([]), path())).toEqual({ fresh: { tool: join(root, "second", "tool") }, moved: null });
  });

  it("says nothing of a known place, and asks about another", () => {
    expect(locatePrograms(tool([join(root, "second", "tool")]), path())).toEqual({ fresh: {}, moved: null });
    const { fresh, moved } = locatePrograms(tool(["/usr/bin/tool"]), path());
    expect(fresh).toEqual({ tool: join(root, "second", "tool") });
    expect(moved).toContain(`tool is now ${join(root, "second", "tool")}; before, it was /usr/bin/tool`);
  });
});
