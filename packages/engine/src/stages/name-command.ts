import type { Core, Match } from "@lever-runner/native";
import type { Request } from "../request.ts";

/** The match for a request that names its command by id, with the caller's values and no others; null for one in words. */
export function nameCommand(core: Core, request: Request): Match | null {
  if (request.commandId === undefined) return null;
  const row = core.find(request.namespace, request.commandId);
  if (row === null || row.id !== request.commandId) return null;
  const { id, phrase, template, effects } = row;
  return {
    kind: "exact",
    gate: 1,
    cached: false,
    probability: 1,
    command_id: id,
    phrase,
    parameters: {},
    candidates: [{ command_id: id, phrase, template, parameters: {}, probability: 1, effects }],
    reasons: ["named by its id"],
    evidence: [],
    show_only: false,
    took_us: 0,
  };
}
