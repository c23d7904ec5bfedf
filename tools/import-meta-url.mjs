// Laid into bundles for `import.meta.url`, which CommonJS has under another name; a bundle that never asks is free of it.
import { pathToFileURL } from "node:url";

const locate = () => pathToFileURL(__filename).href;

export const importMetaUrl = /* @__PURE__ */ locate();
