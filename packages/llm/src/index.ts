export { maskRequest, unmask } from "./mask.ts";
export { openModels } from "./models.ts";
