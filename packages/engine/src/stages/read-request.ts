import { LeverError } from "../errors.ts";
import type { Request } from "../request.ts";

/** Longer than any request a person types; the core's own bound. */
const MAX_BYTES = 16 * 1024;

/**
 * Refuses what is not a request before anything else looks at it.
 * @throws LeverError `request_invalid`
 */
export function readRequest(request: Request): Request {
  if (typeof request.text !== "string") {
    throw new LeverError("request_invalid", "the request is no text", { hint: "give it as a string" });
  }
  if (request.text.trim() === "") {
    throw new LeverError("request_invalid", "the request is empty", {
      hint: 'ask in your own words: lever "check disk usage"',
    });
  }
  const bytes = Buffer.byteLength(request.text, "utf8");
  if (bytes > MAX_BYTES) {
    throw new LeverError("request_invalid", `the request has ${bytes} bytes; at most ${MAX_BYTES} are taken`, {
      hint: "say it in a sentence; files and texts go in as values or on standard input",
    });
  }
  if (request.text.includes("\uFFFD")) {
    throw new LeverError("request_invalid", "the request is not valid UTF-8", {
      hint: "check the terminal's or the file's encoding",
    });
  }
  return request;
}
