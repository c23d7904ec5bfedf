import { LeverError, loadConfig, readEnvironment, type Scope } from "@lever-runner/engine";
import type { CommandModule } from "yargs";
import { printable } from "../show-error.ts";
import type { GlobalOptions } from "./open-lever.ts";

interface Options extends GlobalOptions {
  action: "add" | "list" | "remove";
  name?: string;
  scopes: string;
}

/** Tokens for programs that ask over HTTP, each with what it may do. */
export function configToken(): CommandModule<object, Options> {
  return {
    command: "token <action> [name]",
    describe: "Make, list and remove tokens of the HTTP API",
    builder: (yargs) =>
      yargs
        .positional("action", { choices: ["add", "list", "remove"] as const, demandOption: true })
        .positional("name", { type: "string" })
        .option("scopes", { type: "string", default: "run", describe: "Of run, confirm, teach; with commas" }) as never,
    handler: async ({ action, name, scopes, json }) => {
      const { addToken, readTokens, removeToken } = await import("./serve-http.ts");
      const { home } = (await loadConfig(readEnvironment())).config;
      if (action === "list") {
        const tokens = readTokens(home).map(({ name: token, scopes: may, created_at }) => ({
          name: token,
          scopes: may,
          created_at,
        }));
        const lines = tokens.map((token) => `${token.name}  ${token.scopes.join(",")}  ${token.created_at}`);
        process.stdout.write(json ? `${JSON.stringify(tokens)}\n` : lines.map((line) => `${line}\n`).join(""));
        return;
      }
      if (name === undefined)
        throw new LeverError("usage", `which token should it ${action}?`, { hint: "give a name" });
      if (action === "add") {
        const token = addToken(home, name, scopes.split(",").map((scope) => scope.trim()) as Scope[], new Date());
        process.stdout.write(json ? `${JSON.stringify({ name, token })}\n` : `${token}\n`);
        process.stderr.write("lever: this is its only copy; a server that runs takes it at its next start\n");
        return;
      }
      if (!removeToken(home, name))
        throw new LeverError("usage", `there is no token “${printable(name)}”`, { hint: "lever config token list" });
    },
  };
}
