import { fileURLToPath } from "node:url";
import { Lever as EngineLever, type LeverOptions } from "@lever-runner/engine";

export type * from "@lever-runner/engine";
export { LeverError, passthrough } from "@lever-runner/engine";

const INSTALLATION = {
  pack: fileURLToPath(new URL("../pack", import.meta.url)),
  bank: fileURLToPath(new URL("./phrase-bank.tsv", import.meta.url)),
  module: fileURLToPath(import.meta.url),
  loadModels: () => import("./models.ts"),
};

/** Opens the store of this installation. See the class `Lever` for what can be done with it. */
export const Lever = {
  open: (options: LeverOptions = {}): Promise<EngineLever> => EngineLever.open(INSTALLATION, options),
};
