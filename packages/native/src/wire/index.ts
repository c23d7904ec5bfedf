/** What crosses the boundary to Rust and back. Field names are those of the JSON contract. */

export type * from "./binding.ts";
export type * from "./effects.ts";
export type * from "./matching.ts";
export type * from "./options.ts";
export type * from "./rows.ts";
export type * from "./running.ts";
export type * from "./teaching.ts";
export type * from "./transfer.ts";
