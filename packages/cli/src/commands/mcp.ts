import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import type { GlobalOptions } from "./open-lever.ts";

interface Options extends GlobalOptions {
  "allow-teach"?: boolean;
}

export function mcp(program: Program): CommandModule<object, Options> {
  return {
    command: "mcp",
    describe: "Tools for agents, by the Model Context Protocol on stdin and stdout",
    builder: (yargs) =>
      yargs.option("allow-teach", {
        type: "boolean",
        describe: "Let an agent propose commands; a person has to agree to each",
      }) as never,
    handler: async (options) => {
      const { speakMcp } = await import("./speak-mcp.ts");
      await speakMcp(program, options.namespace, options["allow-teach"] ?? false);
    },
  };
}
