import type { Config } from "./config.ts";
import { chainOf, modelSettings } from "./model-config.ts";
import type { Models, OpenModels } from "./models.ts";

/** Loads the package that talks to models. */
export type LoadModels = () => Promise<{ openModels: OpenModels }>;

/**
 * The models that the settings name, loaded when they are first asked. Null where none is set: nothing is loaded, nothing
 * leaves the machine.
 */
export function configuredModels(config: Config, load: LoadModels | undefined): Models | null {
  if (load === undefined || chainOf(config).length === 0) return null;
  let opened: Promise<Models> | undefined;
  const open = (): Promise<Models> => (opened ??= load().then(({ openModels }) => openModels(modelSettings(config))));
  return {
    rephrase: async (...question) => (await open()).rephrase(...question),
    paraphrase: async (...question) => (await open()).paraphrase(...question),
    describeFix: async (request) => (await open()).describeFix(request),
    fix: async (...question) => (await open()).fix(...question),
    check: async (options) => (await open()).check(options),
  };
}
