import { type CommandRow, Lever, LeverError } from "@lever-runner/engine";
import { type Palette, paletteFor } from "../colour.ts";
import type { Program } from "../main.ts";

/** Options that every subcommand takes. */
export interface GlobalOptions {
  namespace?: string | undefined;
  json?: boolean | undefined;
}

export interface Session {
  lever: Lever;
  palette: Palette;
  /** The subcommand's result. */
  print: (text: string) => void;
  /** Anything else that a person should know. */
  note: (text: string) => void;
}

/** Opens, hands over, closes, whatever happens in between. */
export async function withLever<T>(
  program: Program,
  options: GlobalOptions,
  use: (session: Session) => T | Promise<T>,
): Promise<T> {
  const lever = await Lever.open(program, {
    flags: options.namespace === undefined ? {} : { namespace: options.namespace },
  });
  const noColour = "NO_COLOR" in lever.environment.variables;
  try {
    return await use({
      lever,
      palette: paletteFor(process.stdout, noColour),
      print: (text) => process.stdout.write(`${text}\n`),
      note: (text) => process.stderr.write(`${text}\n`),
    });
  } finally {
    lever.close();
  }
}

/** @throws LeverError `usage` where nothing has that id or phrase. */
export function findCommand(lever: Lever, idOrPhrase: string): CommandRow {
  const command = lever.find(idOrPhrase);
  if (command !== null) return command;
  throw new LeverError("usage", `no command has the id or phrase “${idOrPhrase}”`, {
    hint: "lever list shows them all",
  });
}
