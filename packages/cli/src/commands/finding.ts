/** One line of what `lever doctor` found. */
export interface Finding {
  name: string;
  state: "good" | "warning" | "problem";
  message: string;
  /** What to do; null where nothing is to be done. */
  remedy: string | null;
}
