import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BoundCommand } from "@lever-runner/native";
import { findPrograms } from "../stages/locate-programs.ts";
import type { CaseResult, ProgramRecord } from "./compare-records.ts";

/** The file that payloads try to make. */
const CANARY = "lever-canary";
/** Writes down its own name and arguments, each ended by NUL, in a file of its own. */
const RECORDER = `#!/bin/sh\nprintf '%s\\0' "\${0##*/}" "$@" > "$LEVER_AUDIT.$$"\n`;
const STARTS_LATER = /(^|[^&>|])&([^&>]|$)|[<>]\(/;

/** A folder in which commands run with a recorder in the place of every program. */
export class AuditFolder {
  readonly #root: string;
  readonly #path: string | undefined;
  #driver = "";
  #cases = 0;
  #records: string[] | undefined;

  /** `path`: where the shells are looked for. */
  constructor(temporaryFolder: string, path: string | undefined) {
    this.#root = mkdtempSync(join(temporaryFolder, "lever-audit-"));
    this.#path = path;
    for (const name of ["bin", "records", "cwd"]) mkdirSync(join(this.#root, name));
  }

  get root(): string {
    return this.#root;
  }

  /** The only folder that programs are found in. */
  get bin(): string {
    return join(this.#root, "bin");
  }

  get driver(): string {
    return join(this.#root, "driver.sh");
  }

  /** Forgets all cases and puts recorders in the place of these programs. */
  begin(programs: readonly string[]): void {
    for (const name of ["records", "cwd"]) {
      rmSync(join(this.#root, name), { recursive: true });
      mkdirSync(join(this.#root, name));
    }
    for (const name of programs) {
      const file = join(this.bin, name);
      if (!name.includes("/") && !existsSync(file)) writeFileSync(file, RECORDER, { mode: 0o755 });
    }
    this.#driver = "";
    this.#cases = 0;
    this.#records = undefined;
  }

  /** Adds one run of a bound command; returns its number. */
  add(command: BoundCommand): number {
    const number = this.#cases;
    this.#cases += 1;
    const folder = join(this.#root, "cwd", String(number));
    mkdirSync(folder);
    const secrets = Object.entries(command.secrets).map(([name, value]) => `${name}=${quote(value)}; export ${name}; `);
    const record = quote(join(this.#root, "records", String(number)));
    this.#driver += `( cd ${quote(folder)} && LEVER_AUDIT=${record} && export LEVER_AUDIT && ${secrets.join("")}exec ${this.#words(command).map(quote).join(" ")} ) </dev/null >/dev/null 2>&1\n`;
    if (STARTS_LATER.test(command.script ?? "") && number % 20 === 0) this.#driver += this.#pause();
    return number;
  }

  /** Writes what the sandbox is to run. */
  finish(): void {
    writeFileSync(this.driver, `${this.#driver}${this.#pause()}`);
  }

  /** What a case did. */
  read(number: number): CaseResult {
    const prefix = `${number}.`;
    const folder = join(this.#root, "records");
    const records = (this.#records ??= readdirSync(folder))
      .filter((name) => name.startsWith(prefix))
      .map((name) => parseRecord(readFileSync(join(folder, name), "utf8")));
    return { records, canary: existsSync(join(this.#root, "cwd", String(number), CANARY)) };
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  /** A script needs its real shell; any other program is the recorder, also where it is named by its path. */
  #words(command: BoundCommand): string[] {
    const [program = "", ...rest] = command.argv;
    if (command.script !== null) return [findPrograms([program], this.#path)[program] ?? program, ...rest];
    const name = program.slice(program.lastIndexOf("/") + 1);
    const file = join(this.bin, name);
    if (!existsSync(file)) writeFileSync(file, RECORDER, { mode: 0o755 });
    return [file, ...rest];
  }

  /** For what a script starts in the background and does not wait for. */
  #pause(): string {
    const sleep = findPrograms(["sleep"], this.#path)["sleep"];
    return sleep === undefined ? "" : `${quote(sleep)} 0.1\n`;
  }
}

function parseRecord(text: string): ProgramRecord {
  return text.split("\0").slice(0, -1);
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
