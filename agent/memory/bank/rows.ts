import { open } from "node:fs/promises";
import * as z from "zod";
import { UserError } from "../../../runs/errors.ts";
import { MemoryKind } from "../../../runs/events/memory.ts";
import { parseJson } from "../../../runs/record/journal-lines.ts";
import { Item } from "../item.ts";

const NEWLINE = 0x0a;
const TAB = 0x09;

/** What retrieval needs of an item; the rest is read when it is shown. */
const Head = z.object({
  id: z.string(),
  /** Null: the item was deleted. */
  kind: MemoryKind.nullable(),
  types: z.array(z.string()),
  modalities: z.array(z.string()),
  competitions: z.array(z.string()),
  exception: z.string().nullable(),
});
export type Head = z.infer<typeof Head>;

/** A line of the items' file: the head, a tab (which JSON text never holds), the item or null. */
export function itemLine(item: Item): string {
  return `${JSON.stringify(headOf(item))}\t${JSON.stringify(item)}\n`;
}

export function deletedLine(id: string): string {
  const head: Head = {
    id,
    kind: null,
    types: [],
    modalities: [],
    competitions: [],
    exception: null,
  };
  return `${JSON.stringify(head)}\tnull\n`;
}

function headOf({ id, kind, outcomes, error }: Item): Head {
  const each = <K extends "type" | "modality" | "competition">(name: K) =>
    [...new Set(outcomes.map((outcome) => outcome[name]))].sort();
  return {
    id,
    kind,
    types: each("type"),
    modalities: each("modality"),
    competitions: each("competition"),
    exception: error?.exception ?? null,
  };
}

/** Rows of a bank in memory; the items themselves are parsed when they are asked for. */
export type Rows = {
  readonly count: number;
  /** Heads that several rows share, and which one a row has. */
  readonly kinds: readonly Head[];
  readonly kindOf: Int32Array;
  /** Whether a row is the last one of its item, and the item is there. */
  readonly isLive: Uint8Array;
  readonly ids: readonly string[];
  readonly vectors: Float32Array;
  /** The row that holds an item now. */
  readonly rowOf: ReadonlyMap<string, number>;
  item(row: number): Item;
};

/** Reads the counted part of a bank's items and vectors. */
export async function readRows(
  files: { items: string; vectors: string },
  { rows: count, bytes, dimension }: { rows: number; bytes: { items: number }; dimension: number },
): Promise<Rows> {
  const [text, raw] = await Promise.all([
    readBytes(files.items, bytes.items),
    readBytes(files.vectors, count * dimension * Float32Array.BYTES_PER_ELEMENT),
  ]);
  const vectors = new Float32Array(raw.buffer, raw.byteOffset, count * dimension);
  const starts = new Float64Array(count + 1);
  const tabs = new Float64Array(count);
  let start = 0;
  for (let row = 0; row < count; row++) {
    const end = text.indexOf(NEWLINE, start);
    const tab = text.indexOf(TAB, start);
    if (end === -1 || tab === -1 || tab > end) throw damaged(files.items, row);
    starts[row] = start;
    tabs[row] = tab;
    start = end + 1;
  }
  starts[count] = start;
  const heads = readHeads(text, { count, starts, tabs, file: files.items });
  const item = (row: number): Item => {
    const body = text.toString("utf8", (tabs[row] ?? 0) + 1, (starts[row + 1] ?? 0) - 1);
    const parsed = Item.safeParse(parseJson(body));
    if (!parsed.success) throw damaged(files.items, row);
    return parsed.data;
  };
  return { count, vectors, item, ...heads };
}

function readHeads(
  text: Buffer,
  {
    count,
    starts,
    tabs,
    file,
  }: { count: number; starts: Float64Array; tabs: Float64Array; file: string },
) {
  const kinds: Head[] = [];
  const known = new Map<string, number>();
  const kindOf = new Int32Array(count);
  const isLive = new Uint8Array(count);
  const ids: string[] = [];
  const rowOf = new Map<string, number>();
  for (let row = 0; row < count; row++) {
    const head = text.toString("utf8", starts[row], tabs[row]);
    // The id comes first and differs; what follows is shared by many rows.
    const cut = head.indexOf('","kind"');
    const [id, rest] = [head.slice('{"id":"'.length, cut), head.slice(cut)];
    let kind = known.get(rest);
    if (kind === undefined) {
      const parsed = Head.safeParse(parseJson(head));
      if (!parsed.success) throw damaged(file, row);
      kind = kinds.push(parsed.data) - 1;
      known.set(rest, kind);
    }
    ids.push(id);
    kindOf[row] = kind;
    const before = rowOf.get(id);
    if (before !== undefined) isLive[before] = 0;
    const isDeleted = kinds[kind]?.kind === null;
    isLive[row] = isDeleted ? 0 : 1;
    if (isDeleted) rowOf.delete(id);
    else rowOf.set(id, row);
  }
  return { kinds, kindOf, isLive, ids, rowOf };
}

async function readBytes(file: string, length: number): Promise<Buffer> {
  const buffer = Buffer.from(new ArrayBuffer(length));
  if (length === 0) return buffer;
  await using handle = await open(file, "r");
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, done);
    if (bytesRead === 0)
      throw new UserError(`${file} is shorter than the bank says: restore it from a backup`);
    done += bytesRead;
  }
  return buffer;
}

/** Lines of a file that only grows, up to the counted byte. */
export async function readLines<T>(file: string, bytes: number, type: z.ZodType<T>): Promise<T[]> {
  const text = (await readBytes(file, bytes)).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, row) => {
      const parsed = type.safeParse(parseJson(line));
      if (!parsed.success) throw damaged(file, row);
      return parsed.data;
    });
}

function damaged(file: string, row: number): UserError {
  return new UserError(`${file}:${row + 1}: the line is damaged: restore the file from a backup`);
}
