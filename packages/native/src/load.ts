import { accessSync, constants, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Capture, CaptureEvent } from "./capture.ts";
import type { Core } from "./core.ts";
import { type AddonExports, openCore } from "./json-core.ts";
import type { CoreOptions } from "./wire/index.ts";

export interface Native {
  openCore(options: CoreOptions): Core;
  /** A catalog of its own in memory, for measurements. */
  openTable(options: CoreOptions): Core;
  /** Does nothing: what one crossing costs. */
  ping(): number;
  /** The executable that confines and supervises a command. */
  sandbox: string;
  /**
   * Starts that executable with this process's standard streams. `report` is a file to read one line from, and to close.
   * @throws an Error with the code `sandbox_failed`.
   */
  launch(executable: string, policy: string): [process: number, report: number];
  /** Whether an open file of this process is a terminal. Node's own answer takes milliseconds to load. */
  isTerminal(file: number): boolean;
  /**
   * Ends this process with nothing more of Node's own ending, which takes milliseconds. Nothing that is not written yet is
   * written.
   */
  leave(code: number): never;
  /**
   * Starts that executable with nothing to read, keeps the start and the end of its output, and tells of it. Parts of the
   * output come only where `chunks` is true, and then 256 KiB at most before some are taken; meanwhile the command waits.
   * @throws an Error with the code `sandbox_failed` where there is no thread to watch it.
   */
  capture(executable: string, policy: string, chunks: boolean, tell: (...event: CaptureEvent) => void): Capture;
  /** Has captured runs yield the processor to this process and others; to be said before the first of them. */
  yieldRuns(): void;
  /** The folder that both came from. */
  folder: string;
}

/** No part of this installation fits the machine, or what is there does not load. */
export class NativeLoadError extends Error {
  override readonly name = "NativeLoadError";
  readonly code = "native_missing";
  readonly hint: string;
  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.hint = hint;
  }
}

export interface LoadPlaces {
  /** A folder named by the owner; nothing else is tried then. */
  override: string | undefined;
  /** The module that asks: packages and the local build are looked for from its place. */
  from: string;
}

/**
 * Loads the addon: from the named folder, else the platform's package, else a checkout's build. The first failure that is more
 * than absence is the cause that is shown.
 * @throws NativeLoadError
 */
export function loadNative(places: LoadPlaces): Native {
  const platform = platformName();
  let first: unknown;
  for (const place of placesOfAddon(places, platform)) {
    const folder = place();
    if (folder === null) continue;
    try {
      const addon = loadAddon(join(folder, "lever.node"));
      const sandbox = join(folder, "lever-sandbox");
      accessSync(sandbox, constants.X_OK);
      return {
        openCore: (options) => openCore(addon.openCore, options),
        openTable: (options) => openCore(addon.openTable, options),
        ping: addon.ping,
        launch: addon.launch,
        isTerminal: addon.isTerminal,
        leave: addon.leave,
        capture: addon.capture,
        yieldRuns: addon.yieldRuns,
        sandbox,
        folder,
      };
    } catch (cause) {
      first ??= cause;
    }
  }
  throw explain(platform, first);
}

function platformName(): string {
  if (process.platform === "linux") return `linux-${process.arch}-${isMusl() ? "musl" : "gnu"}`;
  return `${process.platform}-${process.arch}`;
}

function isMusl(): boolean {
  // The dynamic loader's own name tells; process.report costs milliseconds.
  return existsSync(`/lib/ld-musl-${process.arch === "x64" ? "x86_64" : "aarch64"}.so.1`);
}

/** As Node's `require` would, which takes longer about it: through its own table of modules. */
function loadAddon(file: string): AddonExports {
  const module = { exports: {} };
  process.dlopen(module, file);
  return module.exports as AddonExports;
}

/** In turn: most are plain folders and soon looked through; where packages are kept in another way, Node knows. */
function placesOfAddon({ override, from }: LoadPlaces, platform: string): Array<() => string | null> {
  if (override) return [() => override];
  const installed = join("node_modules/@lever-runner", platform);
  return [
    () => folderAbove(from, installed),
    () => folderAbove(from, join("prebuilds", platform)),
    () => folderOfPackage(from, `@lever-runner/${platform}`),
  ];
}

function folderAbove(from: string, name: string): string | null {
  for (let above = dirname(from); ; above = dirname(above)) {
    const folder = join(above, name);
    if (existsSync(join(folder, "lever.node"))) return folder;
    if (dirname(above) === above) return null;
  }
}

function folderOfPackage(from: string, name: string): string | null {
  try {
    const { createRequire } = process.getBuiltinModule("node:module");
    return dirname(createRequire(from).resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}

function explain(platform: string, cause: unknown): NativeLoadError {
  if (process.platform === "win32") {
    return new NativeLoadError(
      "lever-runner does not run on Windows itself",
      "install it inside WSL 2 and use it there",
    );
  }
  if (!/^(linux|darwin)-(x64|arm64)(-|$)/.test(platform)) {
    return new NativeLoadError(
      `lever-runner does not run on ${platform}`,
      "it runs on Linux and macOS, on x64 and arm64",
      cause,
    );
  }
  if (cause === undefined) {
    return new NativeLoadError(
      `lever-runner has no build for ${platform} here`,
      `install again on this machine, without --omit=optional, so that @lever-runner/${platform} comes along; in a checkout, \`npm run build\``,
    );
  }
  const [reason] = (cause as Error).message.split("\n");
  if ((cause as NodeJS.ErrnoException).code === "EACCES") {
    return new NativeLoadError(
      "lever-sandbox is not executable",
      `chmod +x ${(cause as NodeJS.ErrnoException).path}`,
      cause,
    );
  }
  return new NativeLoadError(`the build for ${platform} does not load: ${reason}`, "install lever-runner again", cause);
}
