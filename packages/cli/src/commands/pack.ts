import { LeverError } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { type GlobalOptions, withLever } from "./open-lever.ts";

interface Options extends GlobalOptions {
  action: "list" | "enable" | "disable";
  name?: string | undefined;
}

export function pack(program: Program): CommandModule<object, Options> {
  return {
    command: "pack [action] [name]",
    describe: "Show the built-in pack's areas, or do without some",
    builder: (yargs) =>
      yargs
        .positional("action", { choices: ["list", "enable", "disable"], default: "list" })
        .positional("name", { type: "string", describe: "An area, or builtin for all of it" }) as never,
    handler: ({ action, name, ...options }) =>
      withLever(program, options, ({ lever, palette, print }) => {
        if (action !== "list") {
          if (name === undefined) throw new LeverError("usage", "which area?", { hint: "lever pack list shows them" });
          const changed = lever.files.setArea(name, action === "enable");
          print(options.json ? JSON.stringify({ name, action, changed }) : `${name}: ${changed} commands ${action}d`);
          return;
        }
        const areas = lever.files.areas();
        if (options.json) print(JSON.stringify(areas));
        else
          for (const { name: area, commands, disabled } of areas)
            print(
              `${area.padEnd(14)} ${String(commands).padStart(4)} commands${disabled > 0 ? palette.warn(`, ${disabled} disabled`) : ""}`,
            );
      }),
  };
}
