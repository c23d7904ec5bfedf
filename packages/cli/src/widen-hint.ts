import type { RunRecord } from "@lever-runner/engine";
import { quoteForShell } from "./shell-quote.ts";

/** What standard error says where a limit, and not the command itself, is the likely reason. */
const NET_SIGNS =
  /network is unreachable|could ?n[o']t resolve|name resolution|no address associated|connection refused/i;
const WRITE_SIGNS = /permission denied|read-only file system|operation not permitted/i;

type Failed = NonNullable<RunRecord["command"]>;

/**
 * The one command that widens the limits under which a run failed: by what its errors name, where they were captured; else by what
 * a known program does and may not, or by all that was shut to an unknown one. Null where no limit can be the reason.
 */
export function widenHint(record: RunRecord): string | null {
  const { command, match, outcome } = record;
  if (command === null || match.command_id === null || command.permissions.host) return null;
  const grants = grantsFor(command, outcome?.stderr ?? null);
  if (grants.length === 0) return null;
  const words = grants.map((grant) => `--allow ${grant}`).join(" ");
  return `lever approve ${quoteForShell(match.command_id)} ${words}`;
}

function grantsFor({ permissions: { net, write }, effects }: Failed, stderr: string | null): string[] {
  const shut = [...(net === "all" ? [] : ["net=all"]), ...(write === "none" ? ["write=here"] : [])];
  const named = shut.filter((grant) => stderr !== null && (grant === "net=all" ? NET_SIGNS : WRITE_SIGNS).test(stderr));
  if (named.length > 0) return named;
  // What a known program needs is known: where it has that, its failure is its own.
  if (!effects.unknown)
    return shut.filter((grant) => (grant === "net=all" ? effects.network : effects.writes || effects.destroys));
  return shut.length > 0 ? shut : ["host"];
}
