export { type BotOptions, buildBot } from "./bot.ts";
export { readOwners } from "./owners.ts";
