import { describe, expect, it } from "vitest";
import { readGrants } from "./permission-grants.ts";

describe("readGrants", () => {
  it("reads each form", () => {
    const allow = [
      "net=all",
      "write=/srv/a",
      "write=/srv/b",
      "read=/data",
      "secrets=~/.ssh",
      "processes=see",
      "env=AWS_PROFILE",
      "exit=3",
      "detach",
    ];
    expect(readGrants({ allow, cwd: "/srv", timeout: 2.5 })).toEqual({
      net: "all",
      write: ["/srv/a", "/srv/b"],
      read: ["/data"],
      secrets: ["~/.ssh"],
      processes: "see",
      env: ["AWS_PROFILE"],
      ok_exit: [3],
      detach: true,
      cwd: "/srv",
      timeout_s: 3,
    });
  });

  it("lets a denial stand over an allowance", () => {
    expect(readGrants({ allow: ["net=all", "host"], deny: ["net", "host"] })).toEqual({ net: "none", host: false });
  });

  it("widens and narrows what was derived instead of replacing it", () => {
    const from = { read: ["~/.gitconfig"], write: ["{{file}}"], ok_exit: [1], env: ["KUBECONFIG"] };
    expect(
      readGrants({ allow: ["read=/srv", "write=here", "exit=2", "env=PAGER", "netlink", "write=~/out"] }, from),
    ).toEqual({
      read: ["~/.gitconfig", "/srv"],
      write: ["{{file}}", ".", "~/out"],
      ok_exit: [1, 2],
      env: ["KUBECONFIG", "PAGER"],
      netlink: true,
    });
    expect(readGrants({ deny: ["read=~/.gitconfig", "write={{file}}", "exit", "env"] }, from)).toEqual({
      read: [],
      write: "none",
      ok_exit: [],
      env: [],
    });
  });

  it.each([
    [{ allow: ["net"] }],
    [{ allow: ["net=some"] }],
    [{ allow: ["write=relative"] }],
    [{ allow: ["host=yes"] }],
    [{ allow: ["env=A B"] }],
    [{ allow: ["everything"] }],
    [{ allow: ["netlink=yes"] }],
    [{ allow: ["exit=256"] }],
    [{ deny: ["write=relative"] }],
    [{ deny: ["net=all"] }],
    [{ allow: ["secrets=.ssh"] }],
    [{ allow: ["repository=open"] }],
    [{ cwd: "relative" }],
    [{ timeout: 0 }],
    [{ timeout: Number.NaN }],
  ])("refuses %j", (options) => {
    expect(() => readGrants(options)).toThrow(expect.objectContaining({ code: "usage" }));
  });
});
