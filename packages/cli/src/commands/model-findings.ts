import type { Lever } from "@lever-runner/engine";
import { printable } from "../show-error.ts";
import type { Finding } from "./finding.ts";

/** Asks each backend of the chain a sample, for real. */
export async function modelFindings(lever: Lever, note: (text: string) => void): Promise<Finding[]> {
  if (lever.models === null) {
    return [{ name: "models", state: "good", message: "none: nothing leaves this machine", remedy: null }];
  }
  note("asking the models ...");
  const reports = await lever.models.check({});
  lever.recordModelCalls(reports.map(({ call }) => call));
  return reports.map(({ backend, model, good, message, remedy }) => ({
    name: backend,
    state: good ? "good" : "warning",
    message: `${printable(model)} ${printable(message)}`,
    remedy: remedy === null ? null : printable(remedy),
  }));
}
