import type { Lever } from "@lever-runner/engine";
import type { Logger } from "pino";

/** What a server is made over. */
export interface Served {
  lever: Lever;
  version: string;
  logger: Logger;
}

export interface ServerSettings {
  host: string;
  port: number;
  /** Requests a minute an address; 0 for no limit. */
  rateLimit: number;
  maxBodyBytes: number;
  maxConcurrent: number;
}
