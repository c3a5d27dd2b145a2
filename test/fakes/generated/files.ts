/** How tables are written to files. */
export type FileForm = keyof typeof FILE_FORMS;

type Table = readonly (readonly string[])[];

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
const plain = (cell: string) => (/[",;\t\r\n]/u.test(cell) ? quoted(cell) : cell);
const joined = (table: Table, end: string, write: (cell: string) => string, mark = ",") =>
  table.map((cells) => cells.map(write).join(mark) + end).join("");

/** In Latin-1, where it has all characters; no program writes others in it. */
function latin(text: string): string | Uint8Array {
  return /[^\0-\u007f\u00a0-\u00ff]/u.test(text) ? text : Buffer.from(text, "latin1");
}

export const FILE_FORMS = {
  commas: (table) => joined(table, "\n", plain),
  "a byte order mark": (table) => `\uFEFF${joined(table, "\n", plain)}`,
  "lines of Windows": (table) => joined(table, "\r\n", plain),
  "all cells quoted": (table) => joined(table, "\n", quoted),
  semicolons: (table) => joined(table, "\r\n", plain, ";"),
  tabs: (table) => joined(table, "\n", plain, "\t"),
  "UTF-16": (table) => Buffer.from(`\uFEFF${joined(table, "\r\n", plain)}`, "utf16le"),
  "Latin-1": (table) => latin(joined(table, "\n", plain)),
  "no last line end": (table) => joined(table, "\n", plain).replace(/\n$/u, ""),
} satisfies Record<string, (table: Table) => string | Uint8Array>;
