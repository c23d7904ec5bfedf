import type { Core, Match } from "@lever-runner/native";
import type { Request } from "../request.ts";

/** The request is an instance of a taught phrase, value for value; null otherwise. */
export function matchTemplate(core: Core, request: Request): Match | null {
  return core.matchTemplate(request.namespace, request.text);
}
