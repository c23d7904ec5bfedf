import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, LeverError } from "@lever-runner/engine";

export interface TimerDone {
  /** Which of the two does it. */
  by: "systemd" | "cron" | "none";
  message: string;
}

const UNIT = "lever-promote";
/** Ends the line in a crontab, so that it is found again and nothing else is touched. */
const MARK = "# lever-promote";

/** Runs a program; null where it is not there. */
export type Run = (program: string, args: readonly string[], input?: string) => { code: number; output: string } | null;

/** Every hour from now on: a systemd user timer, else a line in the crontab. Doing it twice is doing it once. */
export function installTimer(environment: Environment, run: Run = runProgram): TimerDone {
  const command = promoteCommand(environment);
  if (run("systemctl", ["--user", "show-environment"])?.code === 0) {
    const folder = unitFolder(environment);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${UNIT}.service`), serviceUnit(command));
    writeFileSync(join(folder, `${UNIT}.timer`), timerUnit());
    const enabled =
      run("systemctl", ["--user", "daemon-reload"])?.code === 0 &&
      run("systemctl", ["--user", "enable", "--now", `${UNIT}.timer`])?.code === 0;
    if (enabled) return { by: "systemd", message: `every hour, by the systemd user timer ${UNIT}.timer` };
    removeUnits(environment);
  }
  const listed = run("crontab", ["-l"]);
  if (listed === null)
    throw new LeverError("promote_no_timer", "there is neither a systemd user session nor cron here", {
      hint: "run `lever promote` from whatever starts things regularly on this machine, or keep `lever serve` running",
    });
  const line = `17 * * * * ${command.map(quoteForCron).join(" ")} >/dev/null 2>&1 ${MARK}`;
  writeCrontab([...ownLinesRemoved(listed), line], run);
  return { by: "cron", message: "every hour, by a line in your crontab" };
}

/** Takes away whichever of the two was installed; nothing is no error. */
export function uninstallTimer(environment: Environment, run: Run = runProgram): TimerDone {
  const stopped = run("systemctl", ["--user", "disable", "--now", `${UNIT}.timer`])?.code === 0;
  removeUnits(environment);
  if (stopped) run("systemctl", ["--user", "daemon-reload"]);
  const listed = run("crontab", ["-l"]);
  const scheduled = listed !== null && listed.output.includes(MARK);
  if (scheduled) writeCrontab(ownLinesRemoved(listed), run);
  if (stopped) return { by: "systemd", message: "the systemd user timer is gone" };
  if (scheduled) return { by: "cron", message: "the line is gone from your crontab" };
  return { by: "none", message: "no timer was installed" };
}

/** The store that it looks after is this one, whatever the timer's environment says. */
function promoteCommand(environment: Environment): string[] {
  const [script = ""] = process.argv.slice(1);
  const home = environment.variables["LEVER_HOME"];
  const settings = home === undefined ? [] : ["env", `LEVER_HOME=${home}`];
  return [...settings, process.execPath, script, "promote"];
}

function unitFolder({ homeFolder, variables }: Environment): string {
  return join(variables["XDG_CONFIG_HOME"] || join(homeFolder, ".config"), "systemd", "user");
}

function removeUnits(environment: Environment): void {
  for (const kind of ["service", "timer"]) rmSync(join(unitFolder(environment), `${UNIT}.${kind}`), { force: true });
}

function serviceUnit(command: readonly string[]): string {
  return `[Unit]\nDescription=Raise the trust of commands that have proved themselves\n\n[Service]\nType=oneshot\nExecStart=${command.map(quoteForSystemd).join(" ")}\n`;
}

function timerUnit(): string {
  return `[Unit]\nDescription=lever promote, every hour\n\n[Timer]\nOnCalendar=hourly\nPersistent=true\nRandomizedDelaySec=300\n\n[Install]\nWantedBy=timers.target\n`;
}

/** systemd reads C-like quotes, and % and $ as its own. A line break would begin another setting. */
export function quoteForSystemd(word: string): string {
  refuseLineBreaks(word);
  return `"${word
    .replaceAll(/[\\"]/g, String.raw`\$&`)
    .replaceAll("%", "%%")
    .replaceAll("$", "$$$$")}"`;
}

/** cron hands the line to sh, after reading % as a line break. */
export function quoteForCron(word: string): string {
  refuseLineBreaks(word);
  return `'${word.replaceAll("'", String.raw`'\''`)}'`.replaceAll("%", String.raw`\%`);
}

function refuseLineBreaks(word: string): void {
  if (/[\n\r\0]/.test(word)) throw new LeverError("promote_no_timer", "a path with a line break cannot be scheduled");
}

function ownLinesRemoved({ code, output }: { code: number; output: string }): string[] {
  // Without a crontab, listing it fails.
  if (code !== 0) return [];
  return output.split("\n").filter((line) => line !== "" && !line.endsWith(MARK));
}

function writeCrontab(lines: readonly string[], run: Run): void {
  const written = run("crontab", ["-"], lines.map((line) => `${line}\n`).join(""));
  if (written?.code !== 0) throw new LeverError("promote_no_timer", "the crontab cannot be written");
}

function runProgram(program: string, args: readonly string[], input = ""): { code: number; output: string } | null {
  const { error, status, stdout } = spawnSync(program, args, { input, encoding: "utf8", timeout: 10_000 });
  return error === undefined ? { code: status ?? 1, output: stdout } : null;
}
