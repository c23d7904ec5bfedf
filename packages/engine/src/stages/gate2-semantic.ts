import type { Core, Match } from "@lever-runner/native";
import type { Request } from "../request.ts";

/** The request means about what a taught phrase says. Always answers, with `none` where nothing comes near. */
export function matchSemantic(core: Core, request: Request): Match {
  return core.matchSemantic(request.namespace, request.text, request.explain);
}
