import { LeverError, type Permissions } from "@lever-runner/engine";

export interface GrantOptions {
  allow?: string[] | undefined;
  deny?: string[] | undefined;
  cwd?: string | undefined;
  timeout?: number | undefined;
}

/**
 * What the owner widens with --allow and narrows with --deny, as changes to the derived permissions. Where both name the
 * same thing the denial stands.
 * @throws LeverError `usage`
 */
export function readGrants(options: GrantOptions): Partial<Permissions> {
  const grants: Partial<Permissions> = {};
  for (const word of options.allow ?? []) Object.assign(grants, readAllow(word, grants));
  for (const word of options.deny ?? []) Object.assign(grants, readDeny(word));
  if (options.cwd !== undefined) grants.cwd = readFolder(options.cwd);
  if (options.timeout !== undefined) {
    if (!(options.timeout > 0 && options.timeout <= 86_400))
      throw new LeverError("usage", "--timeout is seconds above 0 and up to 86400");
    grants.timeout_s = Math.ceil(options.timeout);
  }
  return grants;
}

function readAllow(word: string, so: Partial<Permissions>): Partial<Permissions> {
  const [name, value = ""] = word.split(/=(.*)/s);
  switch (name) {
    case "net":
      if (value === "all" || value === "unix") return { net: value };
      break;
    case "write":
      if (value === "here") return { write: "here" };
      if (value.startsWith("/")) return { write: [...(Array.isArray(so.write) ? so.write : []), value] };
      break;
    case "read":
      if (value.startsWith("/")) return { read: [...(so.read ?? []), value] };
      break;
    case "processes":
      if (value === "see" || value === "signal") return { processes: value };
      break;
    case "env":
      if (/^[A-Za-z_]\w*$/.test(value)) return { env: [...(so.env ?? []), value] };
      break;
    case "exit":
      if (/^\d{1,3}$/.test(value)) return { ok_exit: [...(so.ok_exit ?? []), Number(value)] };
      break;
    case "host":
    case "detach":
    case "interactive":
      if (value === "") return { [name]: true };
      break;
  }
  throw new LeverError("usage", `--allow ${word} is not a permission`, {
    hint: "net=all|unix, write=here|/path, read=/path, processes=see|signal, env=NAME, exit=N, host, detach, interactive",
  });
}

function readDeny(word: string): Partial<Permissions> {
  switch (word) {
    case "net":
      return { net: "none" };
    case "write":
      return { write: "none" };
    case "processes":
      return { processes: "own" };
    case "host":
    case "detach":
    case "interactive":
      return { [word]: false };
  }
  throw new LeverError("usage", `--deny ${word} is not a permission`, {
    hint: "net, write, processes, host, detach, interactive",
  });
}

function readFolder(folder: string): string {
  if (folder === "here" || folder === "scratch" || folder.startsWith("/")) return folder;
  throw new LeverError("usage", `--cwd ${folder}: expected here, scratch or an absolute folder`);
}
