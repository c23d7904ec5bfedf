import type { Imported, LineReport } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Palette } from "../colour.ts";
import { EXIT } from "../exit-codes.ts";
import type { Program } from "../main.ts";
import { progressBar } from "../transfer-progress.ts";
import { printable } from "../show-error.ts";
import { historyShell, proposeHistory } from "./import-history.ts";
import { STANDARD_INPUT } from "./match.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  file: string;
  format?: string | undefined;
  "dry-run"?: boolean | undefined;
  "keep-going"?: boolean | undefined;
  "keep-trust"?: boolean | undefined;
  quiet?: boolean | undefined;
}

/** The same for an archive, by its own name. */
export function importNail(program: Program, setExit: (code: number) => void): CommandModule<object, Options> {
  const { builder, handler } = importCommands(program, setExit);
  return {
    command: "import-nail <file>",
    describe: "Take commands from a .nail archive; they wait for approval",
    builder,
    handler: (options) => handler({ ...options, format: "nail" } as never),
  } as CommandModule<object, Options>;
}

export function importCommands(program: Program, setExit: (code: number) => void): CommandModule<object, Options> {
  return {
    command: "import <file>",
    describe: "Take commands from a file; they wait for approval",
    builder: (yargs) =>
      yargs
        .positional("file", {
          type: "string",
          demandOption: true,
          describe: "A file, a folder, or - for standard input",
        })
        .option("format", {
          type: "string",
          requiresArg: true,
          describe: "Where it cannot be told from name and content",
        })
        .option("dry-run", { type: "boolean", alias: "n", describe: "Say what would happen" })
        .option("keep-going", { type: "boolean", describe: "Take the good lines though some are refused" })
        .option("keep-trust", { type: "boolean", describe: "Take trust and counts as they are; the file is your own" })
        .option("quiet", { type: "boolean", alias: "q", describe: "Only what was refused, and the sum" }) as never,
    handler: (options) =>
      withLever(program, options, async (session) => {
        const shell = historyShell(options.file, options.format);
        if (shell !== null) return proposeHistory(options, shell, session);
        const { lever, palette, print, note } = session;
        const bar = progressBar("reading", "bytes");
        const show = (line: LineReport): void => {
          if (options.quiet && line.outcome !== "refused") return;
          print(options.json ? JSON.stringify(line) : describeLine(line, palette));
        };
        const imported = lever.files.import(
          {
            path: options.file === STANDARD_INPUT ? undefined : options.file,
            format: options.format,
            dry_run: options["dry-run"] ?? false,
            keep_going: options["keep-going"] ?? false,
            keep_trust: options["keep-trust"] ?? false,
          },
          (event) => {
            if (event.lines.length > 0) bar.end();
            for (const line of event.lines) show(line);
            bar.show(event);
          },
        );
        bar.end();
        const held = imported.refused > 0 && !options["keep-going"];
        if (held) setExit(EXIT.usage);
        if (options.json) print(JSON.stringify({ status: statusOf(imported, options), ...imported }));
        else print(describeSum(imported, options, palette));
        if (imported.stored && imported.added > 0)
          note(palette.faint(`nothing of it runs unasked; lever approve --from ${options.file} walks through it`));
      }),
  };
}

function statusOf(imported: Imported, options: Options): "stored" | "dry_run" | "refused" {
  if (imported.stored) return "stored";
  return options["dry-run"] ? "dry_run" : "refused";
}

const VERBS: Readonly<Record<LineReport["outcome"], string>> = {
  added: "added",
  merged: "merged into",
  present: "already there",
  refused: "refused",
  note: "note",
};

/** `12: added “show disk” (k3x9aa)`; the reason of a refusal, and what to do about it, on the same line. */
export function describeLine(line: LineReport, palette: Palette): string {
  const place = line.file === undefined ? `${line.line}` : `${printable(line.file)}:${line.line}`;
  const verb = VERBS[line.outcome];
  const paint = line.outcome === "refused" ? palette.bad : line.outcome === "note" ? palette.warn : palette.good;
  const parts = [`${place}: ${paint(verb)}`];
  if (line.phrase !== undefined) parts.push(`“${printable(line.phrase)}”`);
  if (line.command_id !== undefined && line.outcome !== "refused") parts.push(palette.faint(`(${line.command_id})`));
  if (line.message !== undefined) parts.push(`· ${printable(line.message)}`);
  if (line.hint !== undefined) parts.push(palette.faint(`(${printable(line.hint)})`));
  return parts.join(" ");
}

function describeSum(imported: Imported, options: Options, palette: Palette): string {
  const { added, merged, present, refused } = imported;
  const counts = `${added} added, ${merged} merged, ${present} already there, ${refused} refused`;
  const status = statusOf(imported, options);
  if (status === "stored") return palette.strong(counts);
  if (status === "dry_run") return palette.strong(`would be: ${counts}; nothing was stored`);
  return palette.bad(`${counts}: nothing was stored`) + palette.faint("\n  --keep-going takes the rest");
}
