import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { LeverError } from "./errors.ts";

/** What the process was given, read once. No other file looks at `process.env`. */
export interface Environment {
  readonly variables: Readonly<Record<string, string>>;
  readonly homeFolder: string;
  readonly temporaryFolder: string;
  /** The folder that the person stands in. */
  readonly folder: string;
  readonly dataFolder: string;
  readonly configFile: string;
}

export function readEnvironment(): Environment {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) variables[name] = value;
  const homeFolder = homedir();
  const folder = currentFolder();
  const dataFolder = variables["LEVER_HOME"]
    ? resolve(folder, variables["LEVER_HOME"])
    : join(xdgFolder(variables, "XDG_DATA_HOME", homeFolder, ".local/share"), "lever-runner");
  const configFolder = join(xdgFolder(variables, "XDG_CONFIG_HOME", homeFolder, ".config"), "lever-runner");
  return Object.freeze({
    variables: Object.freeze(variables),
    homeFolder,
    temporaryFolder: tmpdir(),
    folder,
    dataFolder,
    configFile: variables["LEVER_CONFIG"] || join(variables["LEVER_HOME"] ? dataFolder : configFolder, "config.toml"),
  });
}

/** The XDG base directory specification has relative values ignored. */
function xdgFolder(variables: Record<string, string>, name: string, home: string, fallback: string): string {
  const value = variables[name];
  return value?.startsWith("/") ? value : join(home, fallback);
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new LeverError("usage", "the current folder no longer exists", {
      hint: "change to another folder and try again",
      cause,
    });
  }
}
