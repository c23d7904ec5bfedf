import { autoRetry } from "@grammyjs/auto-retry";
import { type Lever, LeverError } from "@lever-runner/engine";
import { Bot, type Context, InputFile } from "grammy";
import { telegramAsker } from "./asker.ts";
import { Questions } from "./questions.ts";
import { escape, mono, showCommands, showRecord } from "./show.ts";
import { readTeach } from "./teach-message.ts";

export interface BotOptions {
  lever: Lever;
  token: string;
  owners: ReadonlySet<number>;
  /** Where the Bot API is; Telegram's own unless given. */
  apiRoot?: string | undefined;
  /** How long a question stays open. */
  questionMs?: number;
  log: (line: string) => void;
}

const HELP = `Write what you want in your own words.
/teach "phrase" | command    teach a command
/commands [N] [page]    list commands
/status    /stats    /wrong    /cancel`;

const PAGE = 20;
/** Updates that may come twice after a broken connection. */
const REMEMBERED_UPDATES = 1_000;

/** A bot that answers its owners and nobody else. A chat is a namespace. */
export function buildBot(options: BotOptions): Bot {
  const { lever, owners, log } = options;
  const questions = new Questions(options.questionMs);
  const bot = new Bot(options.token, options.apiRoot === undefined ? {} : { client: { apiRoot: options.apiRoot } });
  bot.api.config.use(autoRetry({ maxRetryAttempts: 5, maxDelaySeconds: 120 }));
  bot.use(dropRepeated(), async (context, next) => {
    // Strangers get no word: an answer would tell them that there is something to find.
    if (context.from !== undefined && owners.has(context.from.id) && context.chat !== undefined) await next();
  });

  /** Updates are handled one after another, and a question waits for a later one: so nothing here is waited for. */
  const inBackground = (context: Context, work: () => Promise<unknown>): void => {
    void work().catch(async (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      log(message);
      const hint = error instanceof LeverError && error.hint !== undefined ? `\n${error.hint}` : "";
      await context.reply(escape(`${message}${hint}`), { parse_mode: "HTML" }).catch(() => {});
    });
  };

  const run = async (context: Context, words: string): Promise<void> => {
    const [chat, user] = placeOf(context);
    const record = await lever.run(words, {
      namespace: String(chat),
      caller: { kind: "person" },
      output: "captured",
      asker: telegramAsker(bot.api, questions, chat, user),
      notify: (notice) => void context.reply(notice).catch(() => {}),
    });
    const { html, file } = showRecord(record);
    await context.reply(html, { parse_mode: "HTML" });
    if (file !== null) await context.replyWithDocument(new InputFile(Buffer.from(file), "output.txt"));
  };

  bot.command(["start", "help"], (context) => context.reply(escape(HELP), { parse_mode: "HTML" }));
  bot.command("cancel", (context) => {
    questions.cancel(...placeOf(context));
  });
  bot.command("do", (context) => {
    if (context.match.trim() === "") return inBackground(context, () => context.reply("/do what?"));
    inBackground(context, () => run(context, context.match));
  });
  bot.command("teach", (context) => {
    inBackground(context, async () => {
      const taught = lever.teach(readTeach(context.match), String(context.chat.id));
      if (taught.status === "refused")
        throw new LeverError("teach_invalid", taught.problem.message, { hint: taught.problem.hint ?? undefined });
      if (taught.status === "exists") return context.reply(`“${taught.phrase}” is taught already.`);
      const { phrase, script, template } = taught.understood;
      return context.reply(`Taught: ${escape(phrase)}\n${mono(script ?? template)}`, { parse_mode: "HTML" });
    });
  });
  bot.command("commands", (context) => {
    const [size = PAGE, page = 1] = context.match.split(/\s+/).filter(Boolean).map(Number);
    const rows = lever.list(String(context.chat.id));
    const fit = Number.isInteger(size) ? Math.min(Math.max(size, 1), 100) : PAGE;
    return context.reply(showCommands(rows, Number.isInteger(page) ? page : 1, fit), { parse_mode: "HTML" });
  });
  bot.command("status", (context) => {
    const facts = lever.facts();
    return context.reply(`ready; store ${facts.store}, ${lever.list(String(context.chat.id)).length} commands here`);
  });
  bot.command("wrong", (context) => {
    const taken = lever.takeBack(null, String(context.chat.id));
    if (taken === null) return context.reply("There is nothing to take back.");
    return context.reply(
      taken.own === null
        ? `“${taken.request}” no longer means “${taken.phrase}”.`
        : `“${taken.request}” is what “${taken.own}” asks for, so it stands.`,
    );
  });
  bot.command("stats", (context) => {
    const { runs, successes, failures, top } = lever.stats(String(context.chat.id));
    const often = top.slice(0, 5).map(({ phrase, runs: times }) => `${times} × ${phrase}`);
    return context.reply([`${runs} runs, ${successes} good, ${failures} failed`, ...often].join("\n"));
  });
  bot.on("callback_query:data", async (context) => {
    const { data } = context.callbackQuery;
    const at = data.indexOf(":");
    const taken = questions.press(data.slice(0, at), ...placeOf(context), data.slice(at + 1));
    const said = {
      taken: undefined,
      over: "That question is over; ask again.",
      stranger: "That was not asked of you.",
    };
    await context.answerCallbackQuery(said[taken] === undefined ? {} : { text: said[taken] });
    if (taken !== "stranger") await context.editMessageReplyMarkup().catch(() => {});
  });
  bot.on("message:text", (context) => {
    const words = context.message.text;
    if (words.startsWith("/")) return void context.reply(escape(HELP), { parse_mode: "HTML" });
    if (questions.type(...placeOf(context), words)) return;
    inBackground(context, () => run(context, words));
  });
  bot.catch(({ error }) => log(error instanceof Error ? error.message : String(error)));
  return bot;
}

function placeOf(context: Context): [chat: number, user: number] {
  return [context.chat?.id ?? 0, context.from?.id ?? 0];
}

function dropRepeated(): (context: Context, next: () => Promise<void>) => Promise<void> {
  const seen = new Set<number>();
  return async ({ update }, next) => {
    if (seen.has(update.update_id)) return;
    seen.add(update.update_id);
    if (seen.size > REMEMBERED_UPDATES) seen.delete(seen.values().next().value as number);
    await next();
  };
}
