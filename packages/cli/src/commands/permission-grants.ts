import { LeverError, type Permissions } from "@lever-runner/engine";

export interface GrantOptions {
  allow?: string[] | undefined;
  deny?: string[] | undefined;
  cwd?: string | undefined;
  timeout?: number | undefined;
}

export const ALLOW_HELP =
  "net=all|unix, netlink, write=here|PATH, read=PATH, secrets=PATH, repository, processes=see|signal, env=NAME, exit=N, interactive, detach, host";
export const DENY_HELP =
  "net, netlink, write[=PATH], read[=PATH], secrets[=PATH], repository, processes, env[=NAME], exit[=N], interactive, detach, host";

type Changes = Partial<Permissions>;

/** Whether the owner said anything of permissions at all. */
export function hasGrants({ allow, deny, cwd, timeout }: GrantOptions): boolean {
  return (allow ?? []).length > 0 || (deny ?? []).length > 0 || cwd !== undefined || timeout !== undefined;
}

/**
 * What the owner widens with --allow and narrows with --deny, as changes to `from`. Lists grow by what is allowed and shrink
 * by what is denied; where both name the same thing the denial stands.
 * @throws LeverError `usage`
 */
export function readGrants(options: GrantOptions, from: Changes = {}): Changes {
  const changes: Changes = {};
  const so = (): Changes => ({ ...from, ...changes });
  for (const word of options.allow ?? []) Object.assign(changes, readAllow(word, so()));
  for (const word of options.deny ?? []) Object.assign(changes, readDeny(word, so()));
  if (options.cwd !== undefined) changes.cwd = readFolder(options.cwd);
  if (options.timeout !== undefined) {
    if (!(options.timeout > 0 && options.timeout <= 86_400))
      throw new LeverError("usage", "--timeout is seconds above 0 and up to 86400");
    changes.timeout_s = Math.ceil(options.timeout);
  }
  return changes;
}

function readAllow(word: string, so: Changes): Changes {
  const [name, value = ""] = word.split(/=(.*)/s);
  switch (name) {
    case "net":
      if (value === "all" || value === "unix") return { net: value };
      break;
    case "write":
      if (value === "here" || isPath(value)) return { write: addWrite(so.write ?? "none", value) };
      break;
    case "read":
      if (isPath(value)) return { read: add(so.read, value) };
      break;
    case "secrets":
      if (isPath(value) && !value.startsWith("{{")) return { secrets: add(so.secrets, value) };
      break;
    case "processes":
      if (value === "see" || value === "signal") return { processes: value };
      break;
    case "env":
      if (isVariable(value)) return { env: add(so.env, value) };
      break;
    case "exit":
      if (isExit(value)) return { ok_exit: add(so.ok_exit, Number(value)).sort((a, b) => a - b) };
      break;
    case "repository":
      if (!word.includes("=")) return { repository: "open" };
      break;
    case "netlink":
    case "host":
    case "detach":
    case "interactive":
      if (!word.includes("=")) return { [name]: true };
      break;
  }
  throw new LeverError("usage", `--allow ${word} is not a permission`, { hint: ALLOW_HELP });
}

function readDeny(word: string, so: Changes): Changes {
  const [name, value] = word.split(/=(.*)/s);
  if (value !== undefined) {
    if (name === "write" && isPath(value)) return { write: removeWrite(so.write ?? "none", value) };
    if (name === "read" && isPath(value)) return { read: remove(so.read, value) };
    if (name === "secrets" && isPath(value)) return { secrets: remove(so.secrets, value) };
    if (name === "env" && isVariable(value)) return { env: remove(so.env, value) };
    if (name === "exit" && isExit(value)) return { ok_exit: remove(so.ok_exit, Number(value)) };
  } else {
    switch (name) {
      case "net":
      case "write":
        return { [name]: "none" };
      case "read":
      case "secrets":
      case "env":
        return { [name]: [] };
      case "repository":
        return { repository: "closed" };
      case "exit":
        return { ok_exit: [] };
      case "processes":
        return { processes: "own" };
      case "netlink":
      case "host":
      case "detach":
      case "interactive":
        return { [name]: false };
    }
  }
  throw new LeverError("usage", `--deny ${word} is not a permission`, { hint: DENY_HELP });
}

function add<T>(list: readonly T[] = [], entry: T): T[] {
  return list.includes(entry) ? [...list] : [...list, entry];
}

function remove<T>(list: readonly T[] = [], entry: T): T[] {
  return list.filter((other) => other !== entry);
}

/** In a list of paths the working folder is `.`. */
function addWrite(write: Permissions["write"], value: string): Permissions["write"] {
  const paths = write === "none" ? [] : write === "here" ? ["."] : write;
  const all = add(paths, value === "here" ? "." : value);
  return all.length === 1 && all[0] === "." ? "here" : all;
}

function removeWrite(write: Permissions["write"], value: string): Permissions["write"] {
  if (!Array.isArray(write)) return write;
  const left = remove(write, value);
  return left.length === 0 ? "none" : left;
}

/** Absolute, below home, or the path that a parameter stands for. */
function isPath(text: string): boolean {
  return /^(\/|~\/|\{\{[\w-]+\}\}$)/.test(text);
}

function isVariable(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text);
}

function isExit(text: string): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) <= 255;
}

function readFolder(folder: string): string {
  if (folder === "here" || folder === "scratch" || folder.startsWith("/") || folder.startsWith("~/")) return folder;
  throw new LeverError("usage", `--cwd ${folder}: expected here, scratch or a folder by its whole path`);
}
