import { describe, expect, it } from "vitest";
import { childEnvironment } from "./child-environment.ts";

describe("childEnvironment", () => {
  it("passes on a fixed few variables and nothing that hijacks a program", () => {
    const hostile = {
      LD_PRELOAD: "/tmp/x.so",
      GIT_EXTERNAL_DIFF: "sh",
      PAGER: "sh",
      LESSOPEN: "|sh %s",
      NODE_OPTIONS: "--require /tmp/x",
      BASH_ENV: "/tmp/x",
      RIPGREP_CONFIG_PATH: "/tmp/x",
    };
    const result = childEnvironment({ ...hostile, HOME: "/h", LC_TIME: "C", PATH: "/bin" }, [], {});
    expect(result).toEqual({ HOME: "/h", LC_TIME: "C", PATH: "/bin" });
  });

  it("passes on what the command names, and secrets", () => {
    expect(
      childEnvironment({ PATH: "/bin", AWS_PROFILE: "dev" }, ["AWS_PROFILE"], { LEVER_SECRET_TOKEN: "s" }),
    ).toEqual({ PATH: "/bin", AWS_PROFILE: "dev", LEVER_SECRET_TOKEN: "s" });
  });

  it.each([
    ["relative and empty entries go", ".:/usr/bin::bin:/bin:", "/usr/bin:/bin"],
    ["absolute ones keep their order", "/b:/a", "/b:/a"],
  ])("%s", (_, path, expected) => {
    expect(childEnvironment({ PATH: path }, [], {})["PATH"]).toBe(expected);
  });

  it("has a PATH even where the caller has none", () => {
    expect(childEnvironment({}, [], {})["PATH"]).toContain("/usr/bin");
  });
});
