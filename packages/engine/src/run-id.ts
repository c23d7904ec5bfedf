let count = 0;

/** Names a run: its time in milliseconds, the process, and a count, in base 36. Unique on a machine; sorts by time. */
export function newRunId(): string {
  count += 1;
  return [Date.now(), process.pid, count].map((number) => number.toString(36)).join("-");
}
