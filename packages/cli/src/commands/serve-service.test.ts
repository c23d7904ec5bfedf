import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { serviceUnit } from "./serve-service.ts";

const folder = mkdtempSync(join(tmpdir(), "lever-test-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const systemd = spawnSync("systemd-analyze", ["--version"]).status === 0;
/** What means something in a unit. Quotes and backslashes systemd takes in all but a program's own path. */
const ODD = "a b $HOME $$ %h %% é";

describe("the unit", () => {
  it("starts the server with its store", () => {
    const unit = serviceUnit("/usr/bin/node", "/opt/lever/bin/lever.cjs", "/srv/lever");
    expect(unit).toContain(
      'Environment="LEVER_HOME=/srv/lever"\nExecStart="/usr/bin/node" "/opt/lever/bin/lever.cjs" serve\n',
    );
  });

  it("names no store unless there is one named", () => {
    expect(serviceUnit("/usr/bin/node", "/opt/lever/bin/lever.cjs", undefined)).not.toContain("Environment");
  });

  // `systemd-analyze` comes with systemd; elsewhere the texts above have to do.
  it.skipIf(!systemd)("is one that systemd takes, whatever its folders are called", () => {
    const odd = join(folder, ODD);
    mkdirSync(odd);
    const program = join(odd, "program");
    copyFileSync("/bin/true", program);
    const file = join(folder, "lever-runner.service");
    const verify = (unit: string): string => {
      writeFileSync(file, unit);
      return spawnSync("systemd-analyze", ["--user", "verify", file], {
        encoding: "utf8",
        env: { ...process.env, XDG_RUNTIME_DIR: folder },
      }).stderr;
    };
    expect(verify(serviceUnit(program, `${odd}'q" b\\n/lever.cjs`, `${odd}'q"`))).toBe("");
    // The control: it does look.
    expect(verify(serviceUnit(`${program}-missing`, join(odd, "lever.cjs"), odd))).toContain("-missing");
  });
});
