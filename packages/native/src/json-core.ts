import type { Core } from "./core.ts";
import { MatchReader, type MatchSource } from "./match-reader.ts";
import type { CoreOptions } from "./types.ts";

/** The class that the addon exports: every structured value is JSON text. */
type Method = (...values: Array<string | number>) => string;
type NativeCore = Record<string, Method> & MatchSource;

export interface AddonExports {
  openCore(options: string): NativeCore;
  openTable(options: string): NativeCore;
  ping(): number;
  launch(executable: string, policy: string): [process: number, report: number];
}

/** Gives the addon's core its types. Arguments that are objects go as JSON, and so comes every answer but a match. */
export function openCore(open: AddonExports["openCore"], options: CoreOptions): Core {
  const native = open(JSON.stringify(options));
  const call =
    (name: string) =>
    (...values: unknown[]): never => {
      const method = native[name] as Method;
      return JSON.parse(method.apply(native, values.map(toNative))) as never;
    };
  const matches = new MatchReader(native);
  return {
    matchTemplate: (namespace, request) => matches.matchTemplate(namespace, request),
    matchSemantic: (namespace, request) => matches.matchSemantic(namespace, request),
    rank: call("rank"),
    lay: call("lay"),
    bind: call("bind"),
    record: call("record"),
    recordModelCall: call("recordModelCall"),
    weighPhrase: call("weighPhrase"),
    addModelPhrase: call("addModelPhrase"),
    takeBack: (namespace, request) => call("takeBack")(namespace, request ?? ""),
    compile: (_namespace, input) => call("compile")(input),
    teach: call("teach"),
    list: call("list"),
    find: call("find"),
    approve: call("approve"),
    adjustPermissions: call("adjustPermissions"),
    issueConfirmToken: call("issueConfirmToken"),
    redeemConfirmToken: call("redeemConfirmToken"),
    suggestion: call("suggestion"),
    approveSuggestion: call("approveSuggestion"),
    rememberValues: call("rememberValues"),
    rememberPrograms: call("rememberPrograms"),
    payloads: () => call("payloads")(),
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
