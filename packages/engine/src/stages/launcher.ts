import { close, read } from "node:fs";
import type { KeptOutput, Native } from "@lever-runner/native";
import { LeverError } from "../errors.ts";
import type { OnOutput, OutputMode } from "../request.ts";

/** `lever-sandbox` at work on one run. */
export interface Launcher {
  ended: Promise<LauncherEnd>;
  /** Breaks the run off. */
  interrupt(): void;
}

export interface LauncherEnd {
  /** The first line of its report, or all that came where it ended before that. */
  report: string;
  /** What the command wrote; null where it wrote to the streams of this process. */
  stdout: KeptOutput | null;
  stderr: KeptOutput | null;
}

/** The executable, and the native calls that start it. */
export type LauncherPlace = Pick<Native, "sandbox" | "launch" | "capture">;

const REPORT_CHUNK = 64 * 1024;

/**
 * Both ways go past Node's own: a start of lever for one request is short, and Node's takes longer to load than all of lever;
 * a server is large, and Node's copies this process's memory map, on the thread that answers everybody.
 *
 * @throws LeverError `sandbox_failed` where it cannot be started; so does `ended`.
 */
export function startLauncher(place: LauncherPlace, mode: OutputMode, policy: string, onOutput?: OnOutput): Launcher {
  return mode === "terminal" ? launchAtTerminal(place, policy) : launchCaptured(place, policy, onOutput);
}

function launchAtTerminal(place: LauncherPlace, policy: string): Launcher {
  const [pid, file] = place.launch(place.sandbox, `${policy}\n`);
  return {
    ended: firstLineOf(file).then((report) => ({ report, stdout: null, stderr: null })),
    interrupt: () => {
      try {
        process.kill(pid, "SIGINT");
      } catch {
        // It has ended by itself.
      }
    },
  };
}

async function firstLineOf(file: number): Promise<string> {
  const chunk = Buffer.allocUnsafe(REPORT_CHUNK);
  const chunks: Buffer[] = [];
  const next = (): Promise<number> =>
    new Promise((resolve, reject) => {
      read(file, chunk, 0, REPORT_CHUNK, null, (error, length) => {
        if (error === null) resolve(length);
        else reject(error);
      });
    });
  try {
    for (let length = await next(); length > 0; length = await next()) {
      chunks.push(Buffer.from(chunk.subarray(0, length)));
      if (chunks.at(-1)?.includes("\n")) break;
    }
  } finally {
    close(file, () => {});
  }
  return Buffer.concat(chunks).toString("utf8");
}

function launchCaptured(place: LauncherPlace, policy: string, onOutput: OnOutput | undefined): Launcher {
  const { promise: ended, resolve, reject } = deferred<LauncherEnd>();
  const settle = (end: LauncherEnd | string): void => {
    if (typeof end !== "string") return resolve(end);
    const [message = "", hint] = end.split("\n");
    reject(new LeverError("sandbox_failed", message, { hint }));
  };
  const hand = async (stream: 1 | 2, chunk: Buffer): Promise<void> => {
    try {
      await onOutput?.(stream === 1 ? "stdout" : "stderr", chunk);
      capture.taken(chunk.length);
    } catch (cause) {
      // Nobody takes the output any more: the run is of no use to its caller.
      capture.interrupt();
      reject(cause);
    }
  };
  const capture = place.capture(place.sandbox, `${policy}\n`, onOutput !== undefined, (from, what) => {
    if (from === 0) settle(what);
    else void hand(from, what);
  });
  return { ended, interrupt: () => capture.interrupt() };
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (cause: unknown) => void } {
  let resolve!: (value: T) => void;
  let reject!: (cause: unknown) => void;
  const promise = new Promise<T>((...settlers) => ([resolve, reject] = settlers));
  return { promise, resolve, reject };
}
