export type * from "./capture.ts";
export type { Core } from "./core.ts";
export { type LoadPlaces, loadNative, type Native, NativeLoadError } from "./load.ts";
export type * from "./wire/index.ts";
