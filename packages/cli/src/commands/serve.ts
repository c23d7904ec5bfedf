import type { CommandModule } from "yargs";
import type { Program } from "../main.ts";
import type { GlobalOptions } from "./open-lever.ts";

interface Options extends GlobalOptions {
  port?: number;
  bind?: string;
  "log-level": string;
  install?: boolean;
  uninstall?: boolean;
}

export function serve(program: Program, setExit: (code: number) => void): CommandModule<object, Options> {
  return {
    command: "serve",
    describe: "Answer over HTTP",
    builder: (yargs) =>
      yargs
        .option("port", { type: "number", describe: "Port (HTTP_PORT, 8765)" })
        .option("bind", { type: "string", describe: "Address (HTTP_BIND, 127.0.0.1); others need a token" })
        .option("log-level", {
          choices: ["debug", "info", "warn", "error", "silent"],
          default: "info",
          describe: "What is logged, as JSON lines on stderr",
        })
        .option("install", { type: "boolean", describe: "Set it up as a systemd user service" })
        .option("uninstall", { type: "boolean", describe: "Take that service away", conflicts: "install" }) as never,
    handler: async (options) => {
      const { installService, serveHttp, uninstallService } = await import("./serve-http.ts");
      if (options.install) return installService(program);
      if (options.uninstall) return uninstallService();
      setExit(await serveHttp(program, options));
    },
  };
}
