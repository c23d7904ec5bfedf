import { loadNative, type Native, NativeLoadError } from "@lever-runner/native";
import type { Config } from "./config.ts";
import type { Environment } from "./environment.ts";
import { LeverError } from "./errors.ts";
import { findOnnxRuntime } from "./find-onnxruntime.ts";
import type { Installation } from "./lever-options.ts";

/** @throws LeverError where the addon of this machine is missing or does not load. */
export function loadCore(installation: Installation, environment: Environment): Native {
  try {
    return loadNative({ override: environment.variables["LEVER_NATIVE"], from: installation.module });
  } catch (cause) {
    if (!(cause instanceof NativeLoadError)) throw cause;
    throw new LeverError(cause.code, cause.message, { hint: cause.hint, cause });
  }
}

/** What the settings and the installation say of the core. */
export function coreOptions(config: Config, installation: Installation): Parameters<Native["openCore"]>[0] {
  return {
    home: config.home,
    namespace: config.namespace,
    seed: config.seed === "on",
    embedder: config.embedder,
    embedder_model: config.embedder_model,
    onnxruntime: config.onnxruntime ?? (config.embedder === "minilm" ? findOnnxRuntime(installation.module) : null),
    pack: installation.pack,
    bank: config.bank === "on" ? (installation.bank ?? null) : null,
    platform: process.platform === "darwin" ? "macos" : "linux",
    trust: {
      new: config.trust_new,
      success: config.trust_success,
      failure: config.trust_failure,
      floor: config.trust_floor,
    },
  };
}
