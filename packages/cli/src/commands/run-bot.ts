import { Lever, LeverError } from "@lever-runner/engine";
import { buildBot, readOwners } from "@lever-runner/telegram";
import type { Program } from "../main.ts";
import { printable } from "../show-error.ts";

/** Polls until the process is told to stop. Loaded only for that: a bundle of its own, with its own copy of the engine. */
export async function runBot(program: Program, namespace: string | undefined): Promise<number> {
  await using lever = await Lever.open(program, { flags: { namespace } });
  const { telegram_bot_token: token, telegram_api_root: apiRoot, allowed_user_id: allowed } = lever.config.config;
  if (token === null)
    throw new LeverError("config_invalid", "there is no bot token", {
      hint: "set TELEGRAM_BOT_TOKEN; @BotFather gives one",
    });
  const log = (line: string): void => {
    // A request to the Bot API has the token in its path, and so may its errors.
    process.stderr.write(`lever: ${printable(line.replaceAll(token, "TOKEN"))}\n`);
  };
  const bot = buildBot({ lever, token, owners: readOwners(allowed), apiRoot: apiRoot ?? undefined, log });
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      interrupted = signal === "SIGINT";
      void bot.stop();
    });
  }
  try {
    await bot.start({ onStart: ({ username }) => log(`listening as @${username} (Ctrl-C stops)`) });
  } catch (cause) {
    const reason = (cause as Error).message.replaceAll(token, "TOKEN");
    throw new LeverError("bot_failed", `Telegram does not answer: ${reason}`, {
      hint: "check the token and the network",
    });
  }
  return interrupted ? 130 : 0;
}
