import { isUsageError, LeverError, readEnvironment } from "@lever-runner/engine";
import { paletteFor } from "./colour.ts";
import { showError } from "./show-error.ts";

/** Runs one command line; whatever it throws becomes one line on stderr, or one record with --json, and an exit code. */
export async function reportErrors(argv: readonly string[], run: () => Promise<number>): Promise<number> {
  try {
    process.exitCode = await run();
  } catch (error) {
    const { text, exitCode } = showError(error, paletteFor(process.stderr, noColour()));
    if (argv.includes("--json")) process.stdout.write(`${JSON.stringify(errorRecord(error))}\n`);
    else process.stderr.write(`${text}\n`);
    process.exitCode = exitCode;
  }
  return Number(process.exitCode);
}

function noColour(): boolean {
  try {
    return "NO_COLOR" in readEnvironment().variables;
  } catch {
    return true;
  }
}

function errorRecord(error: unknown): unknown {
  const known = error instanceof LeverError ? error : null;
  return {
    status: isUsageError(error) ? "invalid" : "failed",
    error: {
      code: known?.code ?? "internal",
      message: error instanceof Error ? error.message : String(error),
      hint: known?.hint ?? null,
    },
  };
}
