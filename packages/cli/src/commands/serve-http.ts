import { type Flags, Lever } from "@lever-runner/engine";
import { serve } from "@lever-runner/server";
import { type Logger, pino } from "pino";
import type { Program } from "../main.ts";

export { addToken, readTokens, removeToken } from "@lever-runner/server";
export { installService, uninstallService } from "./serve-service.ts";

export interface ServeOptions {
  namespace?: string | undefined;
  port?: number;
  bind?: string;
  "log-level": string;
}

const HOUR_MS = 3_600_000;

/** Serves until the process is told to stop. Loaded only for that: a bundle of its own, with its own copy of the engine. */
export async function serveHttp(program: Program, options: ServeOptions): Promise<number> {
  const flags: Flags = { namespace: options.namespace, http_port: options.port, http_bind: options.bind };
  await using lever = await Lever.open(program, { flags });
  const { config } = lever.config;
  const logger = pino({ level: options["log-level"], base: null }, pino.destination({ dest: 2, sync: false }));
  const server = await serve(
    { lever, version: program.version, logger },
    {
      host: config.http_bind,
      port: config.http_port,
      rateLimit: config.http_rate_limit,
      maxBodyBytes: config.http_max_body_bytes,
      maxConcurrent: config.max_concurrent,
    },
    config.http_api_token,
  );
  const promotion = setInterval(() => promote(lever, logger), HOUR_MS);
  process.stderr.write(`lever: listening on ${server.url} (Ctrl-C stops)\n`);
  const signal = await stopSignal();
  clearInterval(promotion);
  process.stderr.write("lever: finishing what runs\n");
  await server.close();
  logger.flush();
  return signal === "SIGINT" ? 130 : 0;
}

/** A store that cannot be written now may be in an hour: the server goes on. */
function promote(lever: Lever, logger: Logger): void {
  try {
    for (const { namespace, risen, flagged } of lever.files.promote())
      logger.info({ namespace, risen: risen.length, flagged: flagged.length }, "promoted");
  } catch (error) {
    logger.warn({ error: (error as Error).message }, "not promoted");
  }
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve(signal));
  });
}
