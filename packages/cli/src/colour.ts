import { styleText } from "node:util";

/** Colours for what lever itself says, on the stream that it says it on. */
export interface Palette {
  strong: (text: string) => string;
  faint: (text: string) => string;
  value: (text: string) => string;
  good: (text: string) => string;
  warn: (text: string) => string;
  bad: (text: string) => string;
}

type Format = Parameters<typeof styleText>[0];

export function paletteFor(stream: { isTTY?: boolean }, noColour: boolean): Palette {
  const coloured = stream.isTTY === true && !noColour;
  const paint = (format: Format) => (text: string) => (coloured ? styleText(format, text) : text);
  return {
    strong: paint("bold"),
    faint: paint("dim"),
    value: paint(["bold", "cyan"]),
    good: paint("green"),
    warn: paint("yellow"),
    bad: paint("red"),
  };
}
