import type { Core } from "./core.ts";
import type { CoreOptions } from "./types.ts";

/** The class that the addon exports: every structured value is JSON text. */
type Method = (...values: Array<string | number>) => string;
type NativeCore = Record<string, Method>;

export interface AddonExports {
  openCore(options: string): NativeCore;
  ping(): number;
}

/** Gives the addon's core its types. Arguments that are objects go as JSON; every answer is JSON. */
export function openCore(addon: AddonExports, options: CoreOptions): Core {
  const native = addon.openCore(JSON.stringify(options));
  const call =
    (name: string) =>
    (...values: unknown[]): never => {
      const method = native[name] as Method;
      return JSON.parse(method.apply(native, values.map(toNative))) as never;
    };
  return {
    matchTemplate: call("matchTemplate"),
    matchSemantic: call("matchSemantic"),
    bind: call("bind"),
    record: call("record"),
    compile: (_namespace, input) => call("compile")(input),
    teach: call("teach"),
    list: call("list"),
    find: call("find"),
    approve: call("approve"),
    forget: call("forget"),
    forgetPhrase: call("forgetPhrase"),
    setTrust: call("setTrust"),
    log: call("log"),
    stats: call("stats"),
    namespaces: call("namespaces"),
    facts: call("facts"),
    checkIntegrity: call("checkIntegrity"),
    close: () => {
      native["close"]?.();
    },
  };
}

function toNative(value: unknown): string | number {
  return typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value);
}
