/** A run of statements of a script that belong together. Offsets are UTF-16 indexes into the code. */
export type Block = {
  /** `block-1`, `block-2` … in the order of the script. */
  id: string;
  /** The header comment above it, else what it defines, else its first line; one line. */
  title: string;
  start: number;
  end: number;
  text: string;
  /** Reads the input or writes the submission (or, self-reported, splits and scores): may not be targeted. */
  isProtected: boolean;
};
