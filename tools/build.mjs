// `npm run build`: everything a checkout needs, without running it.
import { bringUpToDate } from "./build-steps.mjs";

await bringUpToDate();
