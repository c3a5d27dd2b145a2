import { deflateSync } from "node:zlib";
import { draws, holdOut, type Made, type Row } from "./modalities-data.ts";

const side = 16;

function chunk(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length, 0);
  head.write(kind, 4, "latin1");
  return Buffer.concat([head, body, crc(Buffer.concat([Buffer.from(kind, "latin1"), body]))]);
}

function crc(data: Buffer): Buffer {
  let value = 0xff_ff_ff_ff;
  for (const byte of data) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xed_b8_83_20 : 0);
  }
  const out = Buffer.alloc(4);
  out.writeUInt32BE((value ^ 0xff_ff_ff_ff) >>> 0, 0);
  return out;
}

/** How far a byte is from what a PNG line filter expects. */
function filtered(kind: number, own: number, left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
  const expected = [0, left, up, (left + up) >> 1, paeth][kind] ?? 0;
  return (own - expected) & 255;
}

/** A PNG of gray or RGB bytes; lines use all five filters in turn. */
function png(pixels: readonly number[], lanes: 1 | 3): Buffer {
  const stride = side * lanes;
  const at = (row: number, place: number): number =>
    row < 0 || place < 0 ? 0 : (pixels[row * stride + place] ?? 0);
  const bytes: number[] = [];
  for (let row = 0; row < side; row += 1) {
    const kind = row % 5;
    bytes.push(kind);
    for (let place = 0; place < stride; place += 1) {
      const near = [
        at(row, place - lanes),
        at(row - 1, place),
        place < lanes ? 0 : at(row - 1, place - lanes),
      ];
      bytes.push(filtered(kind, at(row, place), near[0] ?? 0, near[1] ?? 0, near[2] ?? 0));
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, lanes === 1 ? 0 : 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.from(bytes))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Stripes that lie or stand, with noise: the class is the direction. */
export function stripes(standing: boolean, draw: () => number): number[] {
  const phase = Math.floor(draw() * 6);
  return Array.from({ length: side * side }, (_, place) => {
    const along = standing ? place % side : Math.floor(place / side);
    return Math.floor(((along + phase) % 6 < 3 ? 190 : 40) + 40 * draw());
  });
}

function labeled(rows: Row[], cut: number, files: Made["files"], extra: string[]): Made {
  const goal = {
    type: "multiclass",
    metric: "accuracy",
    direction: "maximize",
    target: "kind",
    sample: { kind: "lying" },
    hidden: [],
    extra,
  } as const;
  return holdOut(rows, cut, goal, files);
}

/** Images as files, gray and in color; one is no image. */
export function imageFiles(count = 160): Made {
  const draw = draws(51);
  const files: Record<string, Uint8Array> = {};
  const rows = Array.from({ length: count }, (_, id): Row => {
    const standing = draw() < 0.5;
    const gray = stripes(standing, draw);
    const lanes = id % 2 === 0 ? 1 : 3;
    const name = `pictures/${id}.png`;
    const content =
      id === 9
        ? Buffer.from("no image")
        : png(lanes === 1 ? gray : gray.flatMap((v) => [v, v >> 1, 90]), lanes);
    files[name] = content;
    return { id, picture: name, kind: standing ? "standing" : "lying" };
  });
  return labeled(rows, Math.floor(0.7 * count), files, [
    "media_columns: [picture]",
    "files: { other: [pictures] }",
  ]);
}

/** The same as columns of pixels. */
export function pixelColumns(count = 160): Made {
  const draw = draws(52);
  const rows = Array.from({ length: count }, (_, id): Row => {
    const standing = draw() < 0.5;
    const pixels = stripes(standing, draw).map((value, place) => [`pixel${place}`, value]);
    return { id, ...Object.fromEntries(pixels), kind: standing ? "standing" : "lying" };
  });
  return labeled(rows, Math.floor(0.7 * count), {}, []);
}

/** Measurements in numbered columns, as many as an eight by eight picture has; some lie below zero. */
export function numberedColumns(count = 90): Made {
  const draw = draws(53);
  const rows = Array.from({ length: count }, (_, id): Row => {
    const measured = Array.from({ length: 64 }, (__, place) => [
      `probe_${place}`,
      Math.round(600 * (draw() - 0.5)) / 100,
    ]);
    const row: Row = { id, ...Object.fromEntries(measured) };
    return { ...row, kind: Number(row["probe_3"]) > 0 ? "standing" : "lying" };
  });
  return labeled(rows, Math.floor(0.7 * count), {}, []);
}
