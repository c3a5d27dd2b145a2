/** A reply that could not be used; `why` goes to the model with the next try. */
export class Unreadable {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/** Reads a reply. Never throws: any text gives a value or an `Unreadable`. */
export type Reader<Out> = {
  /** JSON schema where the answer is data, else null. */
  schema: Record<string, unknown> | null;
  read(text: string): Out | Unreadable;
};

/**
 * A question in parts, from what stays the same longest to what changes most, so that a provider's cache can
 * keep what comes first: the role's rules, the code that will be asked about again, the rest.
 */
export type Prompt = { rules: string; script: string; rest: string };

/** The whole question, as it is journaled. */
export function promptText({ rules, script, rest }: Prompt): string {
  return rules + script + rest;
}

/** One task for a model: a prompt and a reader of its reply, without I/O. */
export type Role<In, Out> = {
  name: string;
  prompt(input: In): Prompt;
  reply: Reader<Out>;
};
