import type { Capture, CaptureEvent } from "./capture.ts";
import type { Core } from "./core.ts";
import { MatchReader, type MatchSource } from "./match-reader.ts";
import type { CoreOptions } from "./wire/index.ts";

/** The class that the addon exports: every structured value is JSON text. */
type Value = string | number | boolean | ((event: string) => void);
type Method = (...values: Value[]) => string;
type NativeCore = Record<string, Method> & MatchSource;

export interface AddonExports {
  openCore(options: string): NativeCore;
  openTable(options: string): NativeCore;
  ping(): number;
  launch(executable: string, policy: string): [process: number, report: number];
  isTerminal(file: number): boolean;
  leave(code: number): never;
  yieldRuns(): void;
  capture(executable: string, policy: string, chunks: boolean, tell: (...event: CaptureEvent) => void): Capture;
}

/** Gives the addon's core its types. Arguments that are objects go as JSON, and so comes every answer but a match. */
export function openCore(open: AddonExports["openCore"], opening: CoreOptions): Core {
  const native = open(JSON.stringify(opening));
  const call =
    (name: string) =>
    (...values: unknown[]): never => {
      const method = native[name] as Method;
      return JSON.parse(method.apply(native, values.map(toNative))) as never;
    };
  const matches = new MatchReader(native);
  return {
    matchTemplate: (namespace, request) => matches.matchTemplate(namespace, request),
    matchSemantic: (namespace, request, explain) => matches.matchSemantic(namespace, request, explain),
    rank: call("rank"),
    lay: call("lay"),
    bind: call("bind"),
    record: call("record"),
    reembed: call("reembed"),
    recordModelCall: call("recordModelCall"),
    weighPhrase: call("weighPhrase"),
    addModelPhrase: call("addModelPhrase"),
    takeBack: (namespace, request) => call("takeBack")(namespace, request ?? ""),
    recordUnmatched: call("recordUnmatched"),
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
    importFile: (namespace, options, report) => call("importFile")(namespace, options, reader(report)),
    exportFile: (namespace, options, report) => call("exportFile")(namespace, options, reader(report)),
    exportText: call("exportText"),
    unapprovedIn: call("unapprovedIn"),
    exportNail: (namespace, options, report) => call("exportNail")(namespace, options, reader(report)),
    propose: call("propose"),
    backup: call("backup"),
    areas: call("areas"),
    setArea: call("setArea"),
    promote: call("promote"),
    close: () => {
      native["close"]?.();
    },
  };
}

/** Events of a long call come as JSON text too. */
function reader<T>(report: (event: T) => void): (event: string) => void {
  return (event) => report(JSON.parse(event) as T);
}

function toNative(value: unknown): Value {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "function":
      return value as (event: string) => void;
    default:
      return JSON.stringify(value);
  }
}
