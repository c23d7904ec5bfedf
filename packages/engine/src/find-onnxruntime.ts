import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The library inside the optional peer `onnxruntime-node`, for this platform. Null where the package is not installed beside
 * `module`, or has none.
 */
export function findOnnxRuntime(module: string): string | null {
  let bin: string;
  try {
    const { createRequire } = process.getBuiltinModule("node:module");
    bin = join(dirname(createRequire(module).resolve("onnxruntime-node/package.json")), "bin");
  } catch {
    return null;
  }
  for (const version of readdirSync(bin).toSorted().toReversed()) {
    const folder = join(bin, version, process.platform, process.arch);
    const name = existsSync(folder)
      ? readdirSync(folder).find((file) => /^libonnxruntime\.(so|.*dylib)/.test(file))
      : null;
    if (name !== undefined && name !== null) return join(folder, name);
  }
  return null;
}
