/** How the ids of a competition are written. */
export type IdForm = keyof typeof ID_FORMS;

/** The id of each row by its number, unlike the order of rows, so that no id tells what stands beside it. */
export const ID_FORMS = {
  integers: (row) => String(row + 1),
  "zeros before": (row) => String(row * 7).padStart(6, "0"),
  uuids: (row) => uuid(row),
  "blanks around numbers": (row) => ` ${row * 3 + 1}`,
  "quotes and commas": (row) => `${row}, "${String.fromCharCode(97 + (row % 26))}"`,
  floats: (row) => `${row}.0`,
  // Beyond 2^53, where floating-point numbers are two apart.
  "large integers": (row) => String(9_007_199_254_740_993n + BigInt(row)),
  dates: (row) => new Date(Date.UTC(1960, 0, 1 + row)).toISOString().slice(0, 10),
  composed: (row) => `0${row % 10}_${String(Math.floor(row / 10)).padStart(4, "0")}`,
  "mixed case and scripts": (row) => `${["Ab", "aB", "日", "é", "e\u0301"][row % 5]}${row >> 2}`,
} as const satisfies Record<string, (row: number) => string>;

/** The columns that a composed id is made of, which stand in train and test in its place. */
export const COMPOSED_OF = ["shop", "visit"];

export function composedParts(id: string): string[] {
  return id.split("_");
}

function uuid(row: number): string {
  const hex = (value: number, length: number) =>
    (Math.imul(value + 1, 0x9e37_79b1) >>> 0).toString(16).padStart(8, "0").slice(0, length);
  return `${hex(row, 8)}-${hex(row + 7919, 4)}-4${hex(row + 104_729, 3)}-a${hex(row + 11, 3)}-${String(row).padStart(12, "0")}`;
}
