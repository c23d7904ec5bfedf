import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Lever } from "@lever-runner/engine";
import type { Bot } from "grammy";
import { afterEach, beforeEach, expect, it } from "vitest";
import { buildBot, readOwners } from "../src/index.ts";
import { type BotApi, CHAT, OWNER, startBotApi, TOKEN } from "./bot-api.ts";

const runner = (path: string): string => fileURLToPath(new URL(`../../lever-runner/${path}`, import.meta.url));

let folder: string;
let lever: Lever;
let api: BotApi;
let bot: Bot;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "lever-telegram-"));
  lever = await Lever.open({ pack: runner("pack"), module: runner("src/lever.ts") }, { home: join(folder, "store") });
  api = await startBotApi();
  bot = begin();
});
afterEach(async () => {
  await bot.stop();
  if (api.broken.length > 0) throw new Error(`calls that the Bot API would refuse: ${api.broken.join("; ")}`);
  await api.close();
  lever.close();
  rmSync(folder, { recursive: true, force: true });
});

function begin(questionMs?: number): Bot {
  const started = buildBot({
    lever,
    token: TOKEN,
    owners: new Set([OWNER]),
    apiRoot: api.root,
    log: () => {},
    ...(questionMs === undefined ? {} : { questionMs }),
  });
  // Stopped before it has begun, it gives up with an error.
  started.start().catch(() => {});
  return started;
}

const messages = (): string[] =>
  api.calls.filter(({ method }) => method === "sendMessage").map(({ body }) => body.text);
const last = (): string => messages().at(-1) ?? "";
const said = (words: string): Promise<void> => expect.poll(last, { timeout: 10_000 }).toContain(words);
/** The data of a button of the last question. */
const button = (label: string): string =>
  api.calls
    .findLast(({ body }) => body.reply_markup !== undefined)
    ?.body.reply_markup.inline_keyboard.flat()
    .find(({ text }: { text: string }) => text.includes(label))?.callback_data;
const teach = (phrase: string, command: string): void => {
  const taught = lever.teach({ phrase, command, permissions: { write: [folder] } }, String(CHAT));
  if (taught.status !== "created") throw new Error(`not taught: ${phrase}`);
};

it("answers in words, by /do and by a command of the chat's own", async () => {
  api.say("check disk usage");
  await said("Filesystem");
  api.say('/teach "say moo" | echo "moo & <b>"');
  await said("Taught: say moo");
  api.say("/do say moo");
  await said("moo &amp; &lt;b&gt;");
  expect(lever.find("say moo", String(CHAT))).toMatchObject({ approved: true });
  expect(lever.find("say moo")).toBeNull();
});

it("tells what there is", async () => {
  api.say("/commands 5 2");
  await said("page 2 of");
  api.say("/status");
  await said("store disk");
  api.say("/stats");
  await said("runs");
  api.say("/help");
  await said("own words");
  api.say("/unknown");
  await expect.poll(() => messages().filter((text) => text.includes("own words")).length).toBe(2);
  api.say("/teach nonsense");
  await said("a phrase, a bar and a command");
});

it("asks before it destroys, and runs on the asker's yes alone, once", async () => {
  const file = join(folder, "mark");
  teach("remove the mark", `rm -f ${file}`);
  writeFileSync(file, "");
  api.say("remove the mark");
  await said("Run this?");
  expect(last()).toContain(file);
  const yes = button("Run it");
  api.press(yes, OWNER + 1);
  api.press(button("Cancel"));
  await said("Not run");
  expect(existsSync(file)).toBe(true);
  api.press(yes);
  await expect
    .poll(() => api.calls.findLast(({ method }) => method === "answerCallbackQuery")?.body.text)
    .toContain("over");
  expect(existsSync(file)).toBe(true);
  api.say("remove the mark");
  await said("Run this?");
  api.press(button("Run it"));
  await expect.poll(() => existsSync(file), { timeout: 10_000 }).toBe(false);
});

it("asks for a missing value and takes the next words for it", async () => {
  teach("greet the new colleague politely {{name:word}}", "echo hello {{name}}");
  api.say("/do greet the new colleague politely");
  await said("Which name?");
  api.say("bob");
  await said("hello bob");
  expect(messages()).toHaveLength(2);
});

it("takes the last match back", async () => {
  teach("check the drives of this box", "echo drives");
  api.say("/wrong");
  await said("nothing to take back");
  api.say("check the drives of this box");
  await said("drives");
  api.say("/wrong");
  await said("so it stands");
  expect(lever.find("check the drives of this box", String(CHAT))).not.toBeNull();
});

it("has strangers hear nothing", async () => {
  api.say("check disk usage", { from: { id: OWNER + 1, is_bot: false, first_name: "X" } });
  api.say("/status");
  await said("store disk");
  expect(messages()).toHaveLength(1);
});

it("takes a repeated update and an edited message for nothing new", async () => {
  teach("count up", "echo counted");
  const id = api.say("count up");
  await said("counted");
  api.push({
    update_id: id,
    message: {
      message_id: 1,
      date: 0,
      chat: { id: CHAT, type: "private" },
      from: { id: OWNER, is_bot: false, first_name: "S" },
      text: "count up",
    },
  });
  api.push({
    edited_message: {
      message_id: 1,
      date: 0,
      edit_date: 1,
      chat: { id: CHAT, type: "private" },
      from: { id: OWNER, is_bot: false, first_name: "S" },
      text: "count up",
    },
  });
  api.say("/status");
  await said("store disk");
  expect(messages().filter((text) => text.includes("counted"))).toHaveLength(1);
});

it("waits when it is told to and then answers", async () => {
  api.throttle("sendMessage", 1);
  api.say("check disk usage");
  await said("Filesystem");
  expect(messages()).toHaveLength(1);
});

it("sends what is long as a file beside its beginning", async () => {
  teach("count far", "seq 1 5000");
  api.say("count far");
  await expect.poll(() => api.calls.some(({ method }) => method === "sendDocument"), { timeout: 10_000 }).toBe(true);
  expect(last()).toMatch(/^<pre>1\n2\n/);
  const document = api.calls.find(({ method }) => method === "sendDocument");
  expect(Object.values(document?.body ?? {}).join()).toContain("4999\n5000");
});

it("forgets what it asked when it is started anew, and says so", async () => {
  const file = join(folder, "mark");
  teach("remove the mark", `rm -f ${file}`);
  writeFileSync(file, "");
  api.say("remove the mark");
  await said("Run this?");
  const yes = button("Run it");
  await bot.stop();
  bot = begin();
  api.press(yes);
  await expect
    .poll(() => api.calls.findLast(({ method }) => method === "answerCallbackQuery")?.body.text, {
      timeout: 10_000,
    })
    .toContain("over");
  expect(existsSync(file)).toBe(true);
});

it("lets a question run out", async () => {
  await bot.stop();
  bot = begin(300);
  const file = join(folder, "mark");
  teach("remove the mark", `rm -f ${file}`);
  writeFileSync(file, "");
  api.say("remove the mark");
  await said("Not run");
  expect(existsSync(file)).toBe(true);
});

it("starts for nobody unless it is told who may ask", () => {
  expect(() => readOwners(null)).toThrow(/nobody/);
  expect(() => readOwners("12 x")).toThrow(/x is no/);
  expect([...readOwners("12, 13")]).toEqual([12, 13]);
});
