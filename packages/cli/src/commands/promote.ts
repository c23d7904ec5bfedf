import type { PromotionRound } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Palette } from "../colour.ts";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";
import { type GlobalOptions, type Session, withLever } from "./open-lever.ts";
import { proposeFix } from "./propose-fix.ts";
import { installTimer, uninstallTimer } from "./promotion-timer.ts";

interface Options extends GlobalOptions {
  "dry-run"?: boolean | undefined;
  fix?: boolean | undefined;
  install?: boolean | undefined;
  uninstall?: boolean | undefined;
}

export function promote(program: Program): CommandModule<object, Options> {
  return {
    command: "promote",
    describe: "Raise the trust of what has proved itself, and list what fails",
    builder: (yargs) =>
      yargs
        .option("dry-run", { type: "boolean", alias: "n", describe: "Show what would rise" })
        .option("fix", {
          type: "boolean",
          describe: "Ask the configured model to rewrite what is flagged; you see it first",
        })
        .option("install", { type: "boolean", describe: "Do it every hour from now on" })
        .option("uninstall", { type: "boolean", describe: "Stop doing it every hour" })
        .conflicts("install", ["uninstall", "dry-run", "fix"])
        .conflicts("uninstall", "dry-run") as never,
    handler: (options) =>
      withLever(program, options, async (session) => {
        const { lever, palette, print } = session;
        if (options.install || options.uninstall) {
          const { environment } = lever;
          const done = options.install ? installTimer(environment) : uninstallTimer(environment);
          print(options.json ? JSON.stringify(done) : done.message);
          return;
        }
        const rounds = lever.files.promote(options["dry-run"] ?? false);
        if (options.json) print(JSON.stringify({ dry_run: options["dry-run"] ?? false, rounds }));
        else for (const line of describeRounds(rounds, options["dry-run"] ?? false, palette)) print(line);
        if (options.fix) await fixFlagged(rounds, session);
      }),
  };
}

/** Only here, and only with a yes for each, a model sees a command. */
async function fixFlagged(rounds: readonly PromotionRound[], session: Session): Promise<void> {
  const { lever, note } = session;
  for (const { command_id } of rounds.find(({ namespace }) => namespace === lever.namespace)?.flagged ?? []) {
    const command = lever.find(command_id);
    if (command === null) continue;
    const { status, problem } = await proposeFix(session, command);
    note(
      `${printable(command.phrase)}: ${status.replace("_", " ")}${problem === null ? "" : ` (${printable(problem)})`}`,
    );
  }
}

function describeRounds(rounds: readonly PromotionRound[], dryRun: boolean, palette: Palette): string[] {
  const lines = rounds.flatMap(({ namespace, risen, flagged }) => {
    const where = namespace === "default" ? "" : palette.faint(` [${printable(namespace)}]`);
    return [
      ...risen.map(
        ({ phrase, before, after, successes }) =>
          `${palette.good(dryRun ? "would rise" : "rose")} ${printable(phrase)}: trust ${before} to ${after} (${successes} successes)${where}`,
      ),
      ...flagged.map(
        ({ phrase, reasons }) =>
          `${palette.warn("flagged")} ${printable(phrase)}: ${reasons.map(printable).join("; ")}${where}`,
      ),
    ];
  });
  return lines.length === 0 ? ["nothing to promote, nothing flagged"] : lines;
}
