import type { BackendSettings, Wire } from "@lever-runner/engine";
import type { Backend } from "./backend.ts";

export interface WireModule {
  openBackend(settings: BackendSettings): Backend;
}

/** Each client is loaded when its backend is first asked. */
export const WIRES: Readonly<Record<Wire, () => Promise<WireModule>>> = {
  ollama: () => import("./wire-ollama.ts"),
  openai: () => import("./wire-openai.ts"),
  anthropic: () => import("./wire-anthropic.ts"),
};
