import type { RunRecord } from "@lever-runner/engine";

/** What an agent reads: the command's output, or why there is none and what to do about it. */
export function describeRecord(record: RunRecord): string {
  const { outcome, error, match, status } = record;
  switch (status) {
    case "ran": {
      const parts = [outcome?.stdout ?? "", outcome?.stderr ?? ""].filter((text) => text !== "");
      const end = outcome?.timed_out
        ? "timed out"
        : outcome?.signal != null
          ? `ended by ${outcome.signal}`
          : `exit ${outcome?.exit_code}`;
      return [...parts, ...(outcome?.exit_code === 0 ? [] : [end]), ...(error === null ? [] : [error.message])].join(
        "\n",
      );
    }
    case "dry_run":
    case "show_only":
      return record.command?.script ?? record.command?.argv?.join(" ") ?? match.candidates[0]?.template ?? "";
    case "needs_choice":
    case "no_match": {
      const lines = match.candidates.map(({ command_id: id, phrase }) => `${id}: ${phrase}`);
      return [
        status === "no_match" ? "nothing fits; the nearest are" : "several fit; run one by its id",
        ...lines,
      ].join("\n");
    }
    case "needs_parameters":
      return `values are missing: ${record.missing_parameters.map(({ name, type }) => `${name} (${type})`).join(", ")}`;
    case "needs_confirmation":
      return `${error?.message ?? "not run: it needs a person's yes"}; a person can run it at a terminal: lever ${JSON.stringify(record.request)}`;
    case "refused":
      return [error?.message ?? "refused", error?.hint ?? ""].filter(Boolean).join("; ");
  }
}
