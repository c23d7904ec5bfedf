import type { CommandAudit } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Palette } from "../colour.ts";
import type { Program } from "../main.ts";
import { ProgressBar } from "../progress-bar.ts";
import { printable } from "../show-error.ts";
import { findCommand, type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  command?: string | undefined;
  all?: boolean | undefined;
}

const SHOWN_FINDINGS = 5;

export function audit(program: Program, setExit: (code: number) => void): CommandModule<object, Options> {
  return {
    command: "audit [command]",
    describe: "Fire hostile values at your commands; no real program runs",
    builder: (yargs) =>
      yargs
        .positional("command", { type: "string", describe: "Its id or any of its phrases; all of your own without it" })
        .option("all", { type: "boolean", describe: "The built-in ones too" }) as never,
    handler: (options) =>
      withLever(program, options, async ({ lever, palette, print, note }) => {
        const bar = new ProgressBar(process.stderr as never);
        const rows =
          options.command === undefined
            ? lever.list().filter(({ origin }) => options.all || origin === "own")
            : [findCommand(lever, options.command)];
        const audits = await lever
          .audit({
            commands: rows,
            onProgress: (done, total, phrase) => {
              bar.update(done, total, printable(phrase));
            },
          })
          .finally(() => {
            bar.clear();
          });
        if (audits.some(({ verdict }) => verdict === "broken")) setExit(1);
        if (options.json) print(JSON.stringify({ ...summarise(audits), commands: audits }));
        else if (audits.length === 0) note("no command here has parameters");
        else print([...audits.flatMap((one) => describe(one, palette)), describeSummary(audits, palette)].join("\n"));
      }),
  };
}

function summarise(audits: readonly CommandAudit[]): { intact: number; broken: number; not_fired: number } {
  const count = (verdict: CommandAudit["verdict"]): number => audits.filter((one) => one.verdict === verdict).length;
  return { intact: count("intact"), broken: count("broken"), not_fired: count("not_fired") };
}

function describe(one: CommandAudit, palette: Palette): string[] {
  const title = `${printable(one.phrase)}  ${palette.faint(printable(one.template))}`;
  switch (one.verdict) {
    case "intact":
      return [
        `${palette.good("intact")}  ${title}  ${palette.faint(`${one.fired} arrived whole, ${one.refused} refused`)}`,
      ];
    case "not_fired":
      return [`${palette.warn("not fired")}  ${title}`, palette.faint(`  ${printable(one.why ?? "")}`)];
    case "broken":
      return [
        `${palette.bad("broken")}  ${title}`,
        ...one.broken
          .slice(0, SHOWN_FINDINGS)
          .map(
            ({ parameter, payload, class: kind, what }) => `  ${parameter}, ${payload} (${kind}): ${printable(what)}`,
          ),
        ...(one.broken.length > SHOWN_FINDINGS ? [`  and ${one.broken.length - SHOWN_FINDINGS} more`] : []),
        palette.faint(`  lever forget ${one.command_id} takes it away`),
      ];
  }
}

function describeSummary(audits: readonly CommandAudit[], palette: Palette): string {
  const { intact, broken, not_fired } = summarise(audits);
  return palette.strong(`${intact} intact, ${broken} broken, ${not_fired} not fired`);
}
