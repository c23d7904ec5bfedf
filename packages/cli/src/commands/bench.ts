import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { LeverError } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import { compare, drawBar, type Figure, formatValue, NOISY, type Report } from "../bench/figures.ts";
import { measureNoise, measurements, withTemporaryStore } from "../bench/measure.ts";
import type { Program } from "../main.ts";
import { Progress } from "../progress.ts";
import type { GlobalOptions } from "./open-lever.ts";

interface Options extends GlobalOptions {
  save?: string;
  compare?: string;
}

export function bench(program: Program): CommandModule<object, Options> {
  return {
    command: "bench",
    describe: "Measure this machine: matching, search, teaching, runs, starts, accuracy",
    builder: (yargs) =>
      yargs
        .option("save", { type: "string", describe: "Keep the figures in this file" })
        .option("compare", { type: "string", describe: "Beside the figures of that file" }) as never,
    handler: async ({ json, save, compare: other }) => {
      const before = other === undefined ? null : readReport(other);
      const report = await measure(program);
      if (save !== undefined) writeFileSync(save, `${JSON.stringify(report, null, 2)}\n`);
      if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else process.stdout.write(`${drawTable(report.figures).join("\n")}\n`);
      if (before !== null) for (const line of describeChanges(report, before)) process.stderr.write(`${line}\n`);
      if (report.noise > NOISY)
        process.stderr.write(
          `lever: this machine is busy (equal work took up to ${report.noise.toFixed(1)} times as long): measure again\n`,
        );
    },
  };
}

async function measure(program: Program): Promise<Report> {
  const noise = measureNoise();
  const figures = await withTemporaryStore(program, async (lever, home) => {
    const bin = join(dirname(program.module), "..", "bin", "lever.cjs");
    const all = measurements(lever, program, home, bin);
    const progress = new Progress("measured", all.length);
    const found: Figure[] = [];
    for (const [done, { run }] of all.entries()) {
      progress.show(done);
      found.push(...(await run()));
    }
    progress.end();
    return found;
  });
  return {
    version: program.version,
    at: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
    },
    noise,
    figures,
  };
}

function drawTable(figures: readonly Figure[]): string[] {
  const width = Math.max(...figures.map(({ name }) => name.length));
  const row = (name: string, p50: string, p99: string, bar: string): string =>
    `${name.padEnd(width)}  ${p50.padStart(9)}  ${p99.padStart(9)}  ${bar}`.trimEnd();
  return [
    row("", "p50", "p99", ""),
    ...figures.map((figure) =>
      row(
        figure.name,
        formatValue(figure.p50, figure.unit),
        figure.unit === "%" ? "" : formatValue(figure.p99, figure.unit),
        drawBar(figure),
      ),
    ),
  ];
}

function describeChanges(now: Report, then: Report): string[] {
  const changes = compare(now, then);
  if (changes.length === 0) return [`lever: as on ${then.at.slice(0, 10)}`];
  return changes.map(({ name, by, worse }) => {
    const figure = now.figures.find((one) => one.name === name);
    const how =
      figure?.unit === "%" ? `${by > 0 ? "+" : ""}${by.toFixed(1)} points` : `${by.toFixed(2)} times the time`;
    return `${worse ? "worse " : "better"}  ${name}: ${how}`;
  });
}

/** @throws LeverError `usage` for a file that holds no figures. */
function readReport(file: string): Report {
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as Report;
    if (Array.isArray(report.figures)) return report;
  } catch (cause) {
    throw new LeverError("usage", `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  throw new LeverError("usage", `${file} holds no figures`, { hint: "lever bench --save FILE makes such a file" });
}
