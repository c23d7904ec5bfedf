/** What one thing took, over many times. */
export interface Figure {
  name: string;
  unit: "us" | "ms" | "%";
  p50: number;
  p99: number;
  count: number;
}

export interface Report {
  version: string;
  at: string;
  machine: { cpu: string; cores: number; node: string; platform: string };
  /** How much longer the slowest of equal pieces of work took than the fastest, while nothing else of ours ran. */
  noise: number;
  figures: Figure[];
}

export const NOISY = 1.5;

/** @param samples at least one, in the unit of the figure. */
export function summarise(name: string, unit: Figure["unit"], samples: readonly number[]): Figure {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { name, unit, p50: at(0.5), p99: at(0.99), count: sorted.length };
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const WIDTH = 24;
const MICROSECONDS = { us: 1, ms: 1000 } as const;

/** A bar for times from a tenth of a microsecond to a second, each tenfold as long as the next; for shares, in proportion. */
export function drawBar({ unit, p50 }: Figure): string {
  const share = unit === "%" ? p50 / 100 : (Math.log10(Math.max(p50 * MICROSECONDS[unit], 0.1)) + 1) / 7;
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * WIDTH * 8);
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

export function formatValue(value: number, unit: Figure["unit"]): string {
  if (unit === "%") return `${value.toFixed(1)} %`;
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${unit === "us" ? "µs" : "ms"}`;
}

export interface Change {
  name: string;
  /** Now over then, of the medians; of shares, now less then. */
  by: number;
  worse: boolean;
}

/** How the medians moved; what moved by less than a tenth, or by less than a point, is left out. */
export function compare(now: Report, then: Report): Change[] {
  return now.figures.flatMap((figure) => {
    const before = then.figures.find(({ name, unit }) => name === figure.name && unit === figure.unit);
    if (before === undefined || before.p50 === 0) return [];
    if (figure.unit === "%") {
      const by = figure.p50 - before.p50;
      return Math.abs(by) < 1 ? [] : [{ name: figure.name, by, worse: by < 0 }];
    }
    const by = figure.p50 / before.p50;
    return by > 0.9 && by < 1.1 ? [] : [{ name: figure.name, by, worse: by > 1 }];
  });
}
