import { LeverError } from "@lever-runner/engine";
import { givenTwice } from "./refuse-repeats.ts";

/** The words of a request and how it is to be answered, as typed. */
export interface RequestArguments {
  words: string[];
  yes: boolean;
  dryRun: boolean;
  json: boolean;
  explain: boolean;
  namespace: string | undefined;
  timeoutSeconds: number | undefined;
  /** Confirms the one run that it was given for. */
  confirmToken: string | undefined;
  parameters: Record<string, string>;
  help: boolean;
  version: boolean;
}

const SWITCHES: Readonly<Record<string, "yes" | "dryRun" | "json" | "explain" | "help" | "version">> = {
  "--yes": "yes",
  "-y": "yes",
  "--dry-run": "dryRun",
  "-n": "dryRun",
  "--json": "json",
  "--explain": "explain",
  "--help": "help",
  "-h": "help",
  "--version": "version",
  "-V": "version",
};

const VALUED: ReadonlySet<string> = new Set(["--namespace", "--chat-id", "--timeout", "--param", "--confirm"]);

/**
 * Reads the command line of a plain request. Written by hand because it is on the path of every start, where a library's
 * load time would be most of lever's own.
 * @throws LeverError `usage`
 */
export function readRequestArguments(argv: readonly string[]): RequestArguments {
  const result: RequestArguments = {
    words: [],
    yes: false,
    dryRun: false,
    json: false,
    explain: false,
    namespace: undefined,
    timeoutSeconds: undefined,
    confirmToken: undefined,
    parameters: Object.create(null) as Record<string, string>,
    help: false,
    version: false,
  };
  const rest = [...argv];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === "--") {
      result.words.push(...rest);
      break;
    }
    const [name, attached] = splitAttached(argument);
    const switchName = SWITCHES[name];
    if (switchName !== undefined && attached === undefined) result[switchName] = true;
    else if (VALUED.has(name)) takeValue(result, name, attached ?? rest.shift());
    else if (isOption(argument)) throw unknownOption(argument);
    else result.words.push(argument);
  }
  return result;
}

function splitAttached(argument: string): [string, string | undefined] {
  const at = argument.startsWith("--") ? argument.indexOf("=") : -1;
  return at < 0 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}

/** A quoted request may begin with a dash; an option never holds a space before its `=`. */
function isOption(argument: string): boolean {
  return /^-[^\s=]+(=|$)/.test(argument);
}

function takeValue(result: RequestArguments, name: string, value: string | undefined): void {
  if (value === undefined) throw new LeverError("usage", `${name} needs a value`, { hint: "lever --help" });
  switch (name) {
    case "--timeout":
      if (result.timeoutSeconds !== undefined) throw givenTwice(name);
      result.timeoutSeconds = readSeconds(value);
      break;
    case "--confirm":
      if (result.confirmToken !== undefined) throw givenTwice(name);
      result.confirmToken = value;
      break;
    case "--param": {
      const at = value.indexOf("=");
      if (at < 1)
        throw new LeverError("usage", `--param ${value}: expected name=value`, {
          hint: "for example --param file=app.log",
        });
      const parameter = value.slice(0, at);
      if (parameter in result.parameters) throw givenTwice(`${name} ${parameter}`);
      result.parameters[parameter] = value.slice(at + 1);
      break;
    }
    default:
      if (result.namespace !== undefined) throw givenTwice(name);
      result.namespace = value;
  }
}

export function readSeconds(value: string): number {
  const seconds = Number(value);
  if (!(seconds > 0 && seconds <= 86_400)) {
    throw new LeverError("usage", `--timeout ${value}: expected seconds above 0 and up to 86400`, {
      hint: "for example --timeout 30",
    });
  }
  return seconds;
}

function unknownOption(argument: string): LeverError {
  return new LeverError("usage", `unknown option ${argument}`, {
    hint: "lever --help lists the options; put -- before words that begin with a dash",
  });
}
