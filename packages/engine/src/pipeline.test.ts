import { describe, expect, it } from "vitest";
import {
  boundCommand,
  candidate,
  config,
  coreThat,
  environment,
  launcherAt,
  match,
  NO_MATCH,
  READS,
  request,
} from "../test/examples.ts";
import { answer, type PipelineContext } from "./pipeline.ts";
import { passthrough } from "./stages/gate3-model.ts";

const launcher = launcherAt("/nowhere/lever-sandbox");
const context = (core: Parameters<typeof coreThat>[0], change: Partial<PipelineContext> = {}): PipelineContext => ({
  core: coreThat(core),
  model: passthrough,
  sandbox: { launcher, config: config(), environment: environment() },
  asker: undefined,
  notify: () => {},
  ...change,
});
const bound =
  (command = boundCommand()) =>
  () =>
    ({ status: "bound", command }) as const;

describe("answer", () => {
  it("ends in no_match where no gate finds anything", async () => {
    expect(
      await answer(request(), context({ matchTemplate: () => null, matchSemantic: () => NO_MATCH })),
    ).toMatchObject({ status: "no_match", command: null, outcome: null });
  });

  it("ends in needs_choice where nobody can choose, even with --yes", async () => {
    const likely = match({ kind: "likely", gate: 2 });
    expect(
      await answer(request({ yes: true }), context({ matchTemplate: () => null, matchSemantic: () => likely })),
    ).toMatchObject({ status: "needs_choice" });
  });

  it("shows a command that is only asked about, however exact", async () => {
    const core = { matchTemplate: () => match({ show_only: true }) };
    expect(await answer(request(), context(core))).toMatchObject({ status: "show_only", outcome: null });
  });

  it("shows on a dry run what would run, and runs nothing", async () => {
    const core = { matchTemplate: () => match(), bind: bound() };
    expect(await answer(request({ dryRun: true }), context(core))).toMatchObject({
      status: "dry_run",
      command: { argv: ["df", "-h"] },
      outcome: null,
    });
  });

  it("ends in needs_parameters with what is missing", async () => {
    const missing = {
      status: "missing",
      parameters: [{ name: "file", type: "path", default: null, choices: [] }],
    } as const;
    const core = { matchTemplate: () => match(), bind: () => ({ ...missing, parameters: [...missing.parameters] }) };
    expect(await answer(request(), context(core as never))).toMatchObject({
      status: "needs_parameters",
      missing_parameters: [{ name: "file" }],
    });
  });

  it("ends in needs_confirmation where a change is only likely meant", async () => {
    const command = boundCommand({ effects: { ...READS, writes: true } });
    const core = {
      matchTemplate: () => null,
      matchSemantic: () => match({ kind: "sure", gate: 2 }),
      bind: bound(command),
    };
    expect(await answer(request(), context(core))).toMatchObject({
      status: "needs_confirmation",
      error: { code: "needs_confirmation" },
      outcome: null,
    });
  });

  it("runs nothing that a person declined", async () => {
    const asker = {
      choose: () => Promise.resolve(candidate()),
      fill: () => Promise.resolve(null),
      confirm: () => Promise.resolve(false),
    };
    const core = { matchTemplate: () => match(), bind: bound(boundCommand({ approved: false })) };
    expect(await answer(request(), context(core, { asker }))).toMatchObject({
      status: "refused",
      error: { code: "declined" },
      outcome: null,
    });
  });

  it("asks gate 1 before gate 2, and gate 2 not at all where gate 1 knows", async () => {
    const core = { matchTemplate: () => match(), bind: bound() };
    await expect(answer(request({ dryRun: true }), context(core))).resolves.toMatchObject({ match: { gate: 1 } });
  });
});
