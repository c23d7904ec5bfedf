export interface CoreOptions {
  home: string;
  namespace: string;
  /** Lay the built-in pack under the namespace. */
  seed: boolean;
  embedder: string;
  /** The folder of the full sentence model, and the libonnxruntime that runs it. */
  embedder_model: string | null;
  onnxruntime: string | null;
  /** The built-in pack's folder. */
  pack: string;
  /** The phrase bank's file; null where taught commands bring no phrases along. */
  bank: string | null;
  platform: "linux" | "macos";
  trust: { new: number; success: number; failure: number; floor: number };
}

export interface CoreFacts {
  /** Where the store stands: on disk, opened to read only, or in memory because the disk could not be used. */
  store: "disk" | "read_only" | "memory";
  store_path: string;
  store_bytes: number;
  schema_version: number;
  /** Why the store is not the ordinary one, in one line. */
  warning: string | null;
  embedder: string;
  simd: string;
  version: string;
}
