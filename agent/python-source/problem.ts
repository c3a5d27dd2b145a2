/** Why a span could not be found or replaced, in words a model or a person can act on. */
export type Problem = { problem: string };

/** Part of a script, as UTF-16 indexes into its code. */
export type Span = { start: number; end: number };
