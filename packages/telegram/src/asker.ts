import type { Asker } from "@lever-runner/engine";
import { type Api, InlineKeyboard } from "grammy";
import type { Questions } from "./questions.ts";
import { escape, showProposal } from "./show.ts";

const SHOWN_CANDIDATES = 5;
const LABEL_LIMIT = 60;

/** Asks one person in one chat, with buttons where there is something to choose. */
export function telegramAsker(api: Api, questions: Questions, chat: number, user: number): Asker {
  const send = (html: string, keyboard?: InlineKeyboard): Promise<unknown> =>
    api.sendMessage(chat, html, { parse_mode: "HTML", ...(keyboard === undefined ? {} : { reply_markup: keyboard }) });

  return {
    choose: async (_request, candidates) => {
      const { id, answer } = questions.ask(chat, user);
      const keyboard = new InlineKeyboard();
      const shown = candidates.slice(0, SHOWN_CANDIDATES);
      for (const [at, { phrase }] of shown.entries()) keyboard.text(phrase.slice(0, LABEL_LIMIT), `${id}:${at}`).row();
      await send("Which one?", keyboard.text("none of these", `${id}:no`));
      const given = await answer;
      return given === null ? null : (shown[Number(given)] ?? null);
    },
    fill: async (phrase, parameter, problem) => {
      const { answer } = questions.ask(chat, user, true);
      const head = problem === null ? "" : `${escape(problem)}.\n`;
      await send(`${head}${escape(phrase)}\nWhich ${escape(parameter.name)}? Answer with the value, or /cancel.`);
      return answer;
    },
    confirm: async (proposal) => {
      const { id, answer } = questions.ask(chat, user);
      const keyboard = new InlineKeyboard().text("Run it", `${id}:yes`).text("Cancel", `${id}:no`);
      await send(showProposal(proposal), keyboard);
      return (await answer) === "yes";
    },
  };
}
