import { LeverError } from "@lever-runner/engine";

/**
 * The Telegram users who may ask, from a list of numbers with commas or spaces.
 * @throws LeverError `config_invalid` where there is none: a bot that anybody may ask must not start.
 */
export function readOwners(list: string | null): ReadonlySet<number> {
  const words = (list ?? "").split(/[\s,]+/).filter((word) => word !== "");
  const wrong = words.find((word) => !/^[1-9]\d{0,15}$/.test(word));
  if (words.length === 0 || wrong !== undefined) {
    const what = wrong === undefined ? "nobody is allowed to ask the bot" : `${wrong} is no Telegram user id`;
    throw new LeverError("config_invalid", what, { hint: "set ALLOWED_USER_ID to your number; @userinfobot tells it" });
  }
  return new Set(words.map(Number));
}
