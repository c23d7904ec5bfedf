import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LeverError, readEnvironment } from "@lever-runner/engine";
import type { Program } from "../main.ts";

const UNIT = "lever-runner.service";

/** A systemd user unit that serves with the settings of config.toml. Pure text. */
export function serviceUnit(node: string, script: string, home: string | undefined): string {
  const quote = (word: string): string => `"${word.replaceAll(/["\\]/g, "\\$&").replaceAll("%", "%%")}"`;
  // A variable is put in for a `$` in arguments, and nowhere else.
  const argument = (word: string): string => quote(word.replaceAll("$", "$$$$"));
  return [
    "[Unit]",
    "Description=lever-runner HTTP API",
    "",
    "[Service]",
    ...(home === undefined ? [] : [`Environment=${quote(`LEVER_HOME=${home}`)}`]),
    `ExecStart=${quote(node)} ${argument(script)} serve`,
    "WorkingDirectory=%h",
    "Restart=on-failure",
    "KillSignal=SIGTERM",
    "TimeoutStopSec=20",
    "",
    "[Install]",
    "WantedBy=default.target",
    "",
  ].join("\n");
}

/** @throws LeverError `service_failed` where systemd does not take it; the unit stays for inspection. */
export function installService(program: Program): void {
  const file = unitFile();
  const script = join(dirname(program.module), "..", "bin", "lever.cjs");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, serviceUnit(process.execPath, script, readEnvironment().variables["LEVER_HOME"]));
  process.stderr.write(`lever: wrote ${file}\n`);
  systemctl("daemon-reload");
  systemctl("enable", "--now", UNIT);
  process.stderr.write("lever: it serves now and at each login; `loginctl enable-linger` makes that each start\n");
}

export function uninstallService(): void {
  try {
    systemctl("disable", "--now", UNIT);
  } finally {
    rmSync(unitFile(), { force: true });
  }
  systemctl("daemon-reload");
}

function unitFile(): string {
  const { variables, homeFolder } = readEnvironment();
  return join(variables["XDG_CONFIG_HOME"] ?? join(homeFolder, ".config"), "systemd/user", UNIT);
}

function systemctl(...args: string[]): void {
  const ended = spawnSync("systemctl", ["--user", ...args], { encoding: "utf8" });
  if (ended.status === 0) return;
  const why = ended.error?.message ?? ended.stderr.trim().split("\n")[0];
  throw new LeverError("service_failed", `systemctl --user ${args.join(" ")} failed: ${why}`, {
    hint: "without systemd, start `lever serve` from your own supervisor",
  });
}
