import type { Hygiene } from "./hygiene.ts";
import type { Provider } from "./providers/provider.ts";
import type { PageReader } from "./web/read-page.ts";

/** One thing a search found; text from strangers, quoted as data in prompts. */
export type SearchHit = {
  title: string;
  url: string;
  family: string;
  /** When to prefer it, in one or two sentences. */
  text: string;
  /** Example code, when the source has some. */
  code: string;
  library: string;
  /** What training costs on ten thousand rows: seconds, minutes or hours; empty where unknown. */
  cost: string;
  /** A model, a technique to go with one, or a page of the web. */
  kind: "model" | "feature" | "ensembling" | "validation" | "page";
};

/** What a search is asked: traits of the task, not its name. */
export type SearchQuery = {
  text: string;
  taskType: string;
  modalities: readonly string[];
  metric: string;
  rows: number;
  packages: readonly string[];
  /** Models, or the techniques that go with them. */
  wanted: "models" | "techniques";
  limit: number;
};

/** Where models are found. Every query is journaled by the caller. */
export interface Search {
  readonly name: string;
  find(query: SearchQuery): Promise<SearchHit[]>;
}

/** What a run may search besides the shipped catalogue; agent/cli chooses the providers. */
export type Web = {
  providers: readonly Provider[];
  reader: PageReader;
  hygiene: Hygiene;
  /** Pages read for the retriever. */
  maxPages: number;
};
