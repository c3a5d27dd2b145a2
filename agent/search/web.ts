import type { Hygiene } from "./hygiene.ts";
import type { Provider } from "./providers/provider.ts";
import type { PageReader } from "./web/read-page.ts";

/** What a run may search besides the shipped catalogue; who is in it is chosen by the command line. */
export type Web = {
  providers: readonly Provider[];
  reader: PageReader;
  hygiene: Hygiene;
  /** Pages read for the retriever. */
  maxPages: number;
};
