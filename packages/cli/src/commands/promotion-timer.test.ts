import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnvironment } from "@lever-runner/engine";
import { afterEach, describe, expect, it } from "vitest";
import { installTimer, quoteForCron, quoteForSystemd, type Run, uninstallTimer } from "./promotion-timer.ts";

const home = mkdtempSync(join(tmpdir(), "lever-timer-"));
afterEach(() => rmSync(join(home, "systemd"), { recursive: true, force: true }));
const environment = {
  ...readEnvironment(),
  homeFolder: home,
  variables: { XDG_CONFIG_HOME: home, LEVER_HOME: "/a b" },
};

/** A machine with a crontab, and with a systemd user session if told so. */
function machine(systemd: boolean, crontab: string | null): { run: Run; crontab: () => string | null } {
  let table = crontab;
  const run: Run = (program, args, input = "") => {
    if (program === "systemctl") return systemd ? { code: 0, output: "" } : null;
    if (args[0] === "-") table = input;
    else if (table === null) return { code: 1, output: "" };
    return { code: 0, output: table ?? "" };
  };
  return { run, crontab: () => table };
}

describe("the hourly timer", () => {
  it("is systemd's where there is a session, and goes without a trace", () => {
    const { run } = machine(true, "");
    expect(installTimer(environment, run).by).toBe("systemd");
    const service = join(home, "systemd", "user", "lever-promote.service");
    expect(readFileSync(service, "utf8")).toContain('"env" "LEVER_HOME=/a b"');
    expect(uninstallTimer(environment, run).by).toBe("systemd");
    expect(existsSync(service)).toBe(false);
  });

  it("is one line of the crontab elsewhere, however often it is installed, and the rest stays", () => {
    const { run, crontab } = machine(false, "5 4 * * * mine\n");
    installTimer(environment, run);
    expect(installTimer(environment, run).by).toBe("cron");
    const lines = (crontab() ?? "").trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe("5 4 * * * mine");
    expect(lines[1]).toContain("'promote'");
    expect(uninstallTimer(environment, run).by).toBe("cron");
    expect(crontab()).toBe("5 4 * * * mine\n");
    expect(uninstallTimer(environment, run).by).toBe("none");
  });

  it("begins a crontab where there is none, and says so where there is neither", () => {
    const { run, crontab } = machine(false, null);
    installTimer(environment, run);
    expect(crontab()).toContain("promote");
    expect(() => installTimer(environment, () => null)).toThrow(/neither/);
  });

  it("hands paths on as they are", () => {
    expect(quoteForCron("/a 'b' 50%")).toBe(String.raw`'/a '\''b'\'' 50\%'`);
    expect(quoteForSystemd('/a "b" %h $x')).toBe(String.raw`"/a \"b\" %%h $$x"`);
    expect(() => quoteForCron("a\n* * * * * evil")).toThrow(/line break/);
    expect(() => quoteForSystemd("a\nExecStart=evil")).toThrow(/line break/);
  });
});
