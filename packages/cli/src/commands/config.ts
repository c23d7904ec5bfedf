import { loadConfig, readEnvironment } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import type { GlobalOptions } from "./open-lever.ts";

/** Every setting, its value and where that came from. */
export function config(_program: Program): CommandModule<object, GlobalOptions> {
  return {
    command: "config",
    describe: "Show every setting and where it comes from",
    handler: async (options) => {
      const environment = readEnvironment();
      const flags = options.namespace === undefined ? {} : { namespace: options.namespace };
      const { config: settings, sources } = await loadConfig(environment, flags);
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
