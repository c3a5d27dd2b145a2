import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const SIDE = 28;
const TRAIN = 800;
const TEST = 200;
/** A header of 54 bytes, then rows of three bytes a pixel, padded to four. */
const HEADER = 54;

/** A competition of small pictures, each of a `disk`, a `bar` or a `frame` in noise; the same every time. */
export async function writePictures(folder: string): Promise<string> {
  await mkdir(join(folder, "images"), { recursive: true });
  let state = 5;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const rows: string[][] = [];
  for (let id = 0; id < TRAIN + TEST; id++) {
    const kind = Math.floor(random() * KINDS.length);
    const [name, isOn] = KINDS[kind] ?? ["disk", () => false];
    const [x, y, size] = [8 + random() * 12, 8 + random() * 12, 3 + random() * 4];
    const image = `images/${id}.bmp`;
    const pixel = (column: number, row: number) =>
      (isOn(column - x, row - y, size) ? 120 : 20) + 100 * random();
    await writeFile(join(folder, image), bitmap(pixel));
    rows.push([String(id), image, name]);
  }
  const table = (head: string, lines: string[][]) =>
    `${head}\n${lines.map((line) => `${line.join(",")}\n`).join("")}`;
  const [train, test] = [rows.slice(0, TRAIN), rows.slice(TRAIN)];
  const files = {
    "train.csv": table("id,image,label", train),
    "test.csv": table(
      "id,image",
      test.map((row) => row.slice(0, 2)),
    ),
    "sample_submission.csv": table(
      "id,label",
      test.map(([id = ""]) => [id, "disk"]),
    ),
    "description.md": "# Shapes\n\nWhich shape is on the picture? Accuracy, higher is better.\n",
    "task.yaml": SETTINGS,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

type Shape = (x: number, y: number, size: number) => boolean;
const KINDS: [string, Shape][] = [
  ["disk", (x, y, size) => x * x + y * y < size * size],
  ["bar", (x, y, size) => Math.abs(x) < 1.5 && Math.abs(y) < 2 * size],
  ["frame", (x, y, size) => Math.abs(Math.max(Math.abs(x), Math.abs(y)) - size) < 1],
];

const SETTINGS = `id: shapes
title: Which shape is on the picture?
type: multiclass
metric: { name: accuracy, direction: maximize }
id_column: id
target_columns: [label]
prediction_columns: [label]
media_columns: [image]
files:
  other: [images]
`;

function bitmap(pixel: (column: number, row: number) => number): Buffer {
  const width = Math.ceil((SIDE * 3) / 4) * 4;
  const bytes = Buffer.alloc(HEADER + width * SIDE);
  bytes.write("BM");
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(HEADER, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(SIDE, 18);
  bytes.writeInt32LE(SIDE, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let row = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++) {
      const value = Math.max(0, Math.min(255, Math.round(pixel(column, row))));
      bytes.fill(value, HEADER + row * width + 3 * column, HEADER + row * width + 3 * column + 3);
    }
  return bytes;
}
