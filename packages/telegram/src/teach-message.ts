import { LeverError, type TeachOptions } from "@lever-runner/engine";

/**
 * Reads `"phrase" | command`. The quotes may be left out where the phrase has no bar, and may be those that a phone types.
 * @throws LeverError `teach_invalid`
 */
export function readTeach(text: string): TeachOptions {
  const quoted = /^\s*["“”„«]([^"“”„«»]+)["”“»]\s*\|\s*([\s\S]+)$/.exec(text);
  const [, phrase, command] = quoted ?? /^\s*([^|]+?)\s*\|\s*([\s\S]+)$/.exec(text) ?? [];
  if (phrase === undefined || command === undefined || command.trim() === "")
    throw new LeverError("teach_invalid", "a teach is a phrase, a bar and a command", {
      hint: '/teach "show logs for {{container}}" | docker logs --tail 100 {{container}}',
    });
  return { phrase: phrase.trim(), command: command.trim() };
}
