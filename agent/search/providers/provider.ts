/** One page a provider found; text from strangers. */
export type Found = {
  title: string;
  url: string;
  /** What the provider shows of it. */
  snippet: string;
  /** The page's text where the provider gives it, else null: then the page is read. */
  text: string | null;
};

/** One question, from one angle. */
export type Question = { text: string; modality: string; limit: number };

/** A place to search. `find` throws `ProviderFailed` and nothing else, but for an aborted signal. */
export interface Provider {
  readonly name: string;
  /** Dollars of one question by the provider's price list; 0 where queries are free. */
  readonly usdPerQuery: number;
  /** What it knows. A provider of `models` uses the modality alone, so one query per run is enough. */
  readonly finds: "pages" | "code" | "papers" | "models";
  find(question: Question, signal: AbortSignal): Promise<Found[]>;
}

/** Why a provider gave no answer. */
export type FailureKind = "key" | "quota" | "challenge" | "malformed" | "unreachable" | "rejected";

export class ProviderFailed extends Error {
  override readonly name = "ProviderFailed";
  readonly kind: FailureKind;
  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
