import { fileURLToPath } from "node:url";

/** The Python file that reads dates; scripts that carry its text read them as the referee does. */
export const DATE_READER = fileURLToPath(new URL("./python/referee/dates.py", import.meta.url));

/** The same of amounts that are written with signs, separators or letters for thousands. */
export const AMOUNT_READER = fileURLToPath(new URL("./python/referee/amounts.py", import.meta.url));
