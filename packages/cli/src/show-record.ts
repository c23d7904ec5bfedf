import type { Candidate, RunRecord } from "@lever-runner/engine";
import type { Palette } from "./colour.ts";
import { describeEffects, describePermissions } from "./describe-command.ts";
import { printable } from "./show-error.ts";
import { showModelCalls } from "./show-model-calls.ts";
import { widenHint } from "./widen-hint.ts";

const NEAREST = 3;

/** What lever itself says about a request, line by line, for stderr. A plain successful run says nothing. */
export function showRecord(record: RunRecord, palette: Palette): string[] {
  return [
    ...showStatus(record, palette),
    ...record.warnings.map((warning) => `${palette.warn("lever:")} ${printable(warning)}`),
  ];
}

function showStatus(record: RunRecord, palette: Palette): string[] {
  const say = (text: string): string => `${palette.strong("lever:")} ${text}`;
  switch (record.status) {
    case "ran":
      return showRun(record, palette);
    case "dry_run":
      return [...showCommand(say("would run: "), record, palette), ...showFacts(record, palette)];
    case "show_only":
      return [
        say("your words ask about a command, so it is shown and not run:"),
        ...showCandidates(record.match.candidates.slice(0, 1), palette),
      ];
    case "no_match":
      return showNoMatch(record, palette);
    case "needs_choice":
      return [
        say(`“${printable(record.request)}” could mean more than one command; nothing was run`),
        ...showCandidates(record.match.candidates, palette),
      ];
    case "needs_parameters":
      return [
        say(
          `“${printable(record.match.candidates[0]?.phrase ?? record.request)}” needs ${record.missing_parameters.map(({ name, type }) => `${name} (${type})`).join(", ")}`,
        ),
        palette.faint(
          `  say it in the request, or add ${record.missing_parameters.map(({ name }) => `--param ${name}=…`).join(" ")}`,
        ),
      ];
    case "needs_confirmation":
    case "refused":
      return showNotRun(record, palette);
  }
}

function showRun(record: RunRecord, palette: Palette): string[] {
  const { error, outcome } = record;
  if (error !== null) return [`${palette.bad("lever:")} ${printable(error.message)}`, ...hint(error.hint, palette)];
  if (outcome?.timed_out)
    return [`${palette.warn("lever:")} stopped after ${(outcome.duration_ms / 1000).toFixed(1)} s, its time limit`];
  const failed = outcome !== null && outcome.exit_code !== null && outcome.exit_code !== 0;
  if (!failed || record.command === null || record.command.permissions.ok_exit.includes(outcome.exit_code ?? 0))
    return [];
  if (!record.sandbox?.confined) return [palette.faint(`lever: exit ${outcome.exit_code}; it ran unconfined`)];
  const widen = widenHint(record);
  return [
    palette.faint(`lever: exit ${outcome.exit_code}; it ran ${describePermissions(record.command.permissions)}`),
    ...(widen === null ? [] : [palette.faint(`  if a limit is why: ${widen}`)]),
  ];
}

function showNoMatch(record: RunRecord, palette: Palette): string[] {
  const nearest = record.match.candidates.slice(0, NEAREST);
  return [
    `${palette.warn("lever:")} no command matches “${printable(record.request)}”`,
    ...(nearest.length > 0 ? [palette.faint("  nearest:"), ...showCandidates(nearest, palette)] : []),
    palette.faint(`  teach it: lever teach "${printable(record.request)}" --command "..."`),
  ];
}

function showNotRun(record: RunRecord, palette: Palette): string[] {
  const { error } = record;
  const lines = [`${palette.warn("lever:")} ${printable(error?.message ?? "not run")}`];
  if (record.command !== null)
    lines.push(...commandLines(record).map((line) => `  ${line}`), ...showFacts(record, palette));
  return [...lines, ...hint(error?.hint ?? null, palette)];
}

function showCommand(before: string, record: RunRecord, palette: Palette): string[] {
  const [first = "", ...rest] = commandLines(record).map(palette.value);
  return [`${before}${first}`, ...rest.map((line) => `  ${line}`)];
}

function showFacts(record: RunRecord, palette: Palette): string[] {
  if (record.command === null) return [];
  const { effects, permissions, trust } = record.command;
  return [palette.faint(`  ${describeEffects(effects)} · ${describePermissions(permissions)} · trust ${trust}`)];
}

function showCandidates(candidates: readonly Candidate[], palette: Palette): string[] {
  return candidates.map(
    ({ phrase, template, probability }) =>
      `  ${palette.strong(printable(phrase))}  ${printable(template)}  ${palette.faint(`${Math.round(probability * 100)} %`)}`,
  );
}

function hint(text: string | null, palette: Palette): string[] {
  return text === null ? [] : [palette.faint(`  ${printable(text)}`)];
}

/** The command with its values, as a shell would read it, line by line. */
export function commandLines(record: RunRecord): string[] {
  return record.command === null ? [] : record.command.display.trimEnd().split("\n").map(printable);
}

/** The evidence behind a decision, as a small table. */
export function showEvidence(record: RunRecord, palette: Palette): string[] {
  const { match } = record;
  const head = `${palette.strong("lever:")} ${match.kind}, gate ${match.gate}, probability ${match.probability.toFixed(2)}, ${match.took_us.toFixed(0)} µs`;
  const width = Math.max(0, ...match.evidence.map(({ name }) => name.length));
  return [
    head,
    ...match.reasons.map((reason) => palette.faint(`  · ${reason}`)),
    ...showCandidates(match.candidates.slice(0, NEAREST), palette),
    ...showModelCalls(record.model_calls, palette),
    ...match.evidence.map(({ name, value }) => palette.faint(`  ${name.padEnd(width)}  ${value.toFixed(3)}`)),
  ];
}
