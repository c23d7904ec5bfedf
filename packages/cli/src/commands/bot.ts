import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import type { GlobalOptions } from "./open-lever.ts";

export function bot(program: Program, setExit: (code: number) => void): CommandModule<object, GlobalOptions> {
  return {
    command: "bot",
    describe: "Answer in Telegram (TELEGRAM_BOT_TOKEN, ALLOWED_USER_ID)",
    handler: async (options) => {
      const { runBot } = await import("./run-bot.ts");
      setExit(await runBot(program, options.namespace));
    },
  };
}
