import type { CommandModule } from "yargs";
import { COMPLETION, type Shell, SHELLS, WIDGET } from "../shell/scripts.ts";

interface Options {
  shell: Shell;
}

function printer(
  name: string,
  describe: string,
  texts: Readonly<Record<Shell, string>>,
): CommandModule<object, Options> {
  return {
    command: `${name} <shell>`,
    describe,
    builder: (yargs) => yargs.positional("shell", { choices: SHELLS, demandOption: true }) as never,
    handler: ({ shell }) => {
      process.stdout.write(texts[shell]);
    },
  };
}

export const completion = printer("completion", "Print a shell's completion script", COMPLETION);
export const init = printer(
  "init",
  "Print what sets up ctrl-g in a shell: a request becomes a command on the prompt",
  WIDGET,
);
