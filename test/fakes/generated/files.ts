/** How tables are written to files. */
export type FileForm = keyof typeof FILE_FORMS;

type Table = readonly (readonly string[])[];

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
const plain = (cell: string) => (/[",\r\n]/u.test(cell) ? quoted(cell) : cell);
const joined = (table: Table, end: string, write: (cell: string) => string) =>
  table.map((cells) => cells.map(write).join(",") + end).join("");

export const FILE_FORMS = {
  commas: (table) => joined(table, "\n", plain),
  "a byte order mark": (table) => `\uFEFF${joined(table, "\n", plain)}`,
  "lines of Windows": (table) => joined(table, "\r\n", plain),
  "all cells quoted": (table) => joined(table, "\n", quoted),
  "no last line end": (table) => joined(table, "\n", plain).replace(/\n$/u, ""),
} satisfies Record<string, (table: Table) => string | Uint8Array>;
