/** An output as it was kept, however much there was of it. */
export interface KeptOutput {
  /** The first mebibyte at most; what is no UTF-8 is replaced. */
  text: string;
  /** The last 4 KiB. */
  tail: string;
  /** How much was written. */
  bytes: number;
  truncated: boolean;
}

export interface CaptureEnd {
  /** The launcher's report, one line; less where the launcher was killed. */
  report: string;
  stdout: KeptOutput;
  stderr: KeptOutput;
}

/** A run of the launcher whose output is kept. */
export interface Capture {
  /** Breaks the run off. */
  interrupt(): void;
  /** So many bytes of what came are dealt with: as many more may come. */
  taken(bytes: number): void;
}

/**
 * What comes of a run: parts of its output, from 1 (stdout) or 2 (stderr), where they were asked for, and last, from 0, its
 * end; a text, with a hint on its second line, where the launcher could not be started.
 */
export type CaptureEvent = [from: 1 | 2, chunk: Buffer] | [from: 0, end: CaptureEnd | string];
