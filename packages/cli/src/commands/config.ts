import { loadConfig, readEnvironment } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import { configToken } from "./config-token.ts";
import type { GlobalOptions } from "./open-lever.ts";

/** Settings that are secrets: that they are set is shown, never what they are. */
const SECRET = /(?:_token|_key)$/;

/** Every setting, its value and where that came from. */
export function config(_program: Program): CommandModule<object, GlobalOptions> {
  return {
    command: "config",
    describe: "Show every setting and where it comes from; make tokens",
    builder: (yargs) => yargs.command(configToken()) as never,
    handler: async (options) => {
      const environment = readEnvironment();
      const flags = options.namespace === undefined ? {} : { namespace: options.namespace };
      const { config: loaded, sources } = await loadConfig(environment, flags);
      const settings = Object.fromEntries(
        Object.entries(loaded).map(([key, value]) => [key, SECRET.test(key) && value !== null ? "(set)" : value]),
      );
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ file: environment.configFile, settings, sources })}\n`);
        return;
      }
      process.stdout.write(`file  ${environment.configFile}\n`);
      for (const [key, value] of Object.entries(settings)) {
        process.stdout.write(`${key} = ${JSON.stringify(value)}  (${sources[key as keyof typeof sources]})\n`);
      }
    },
  };
}
