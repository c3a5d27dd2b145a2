import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { loadCompetition } from "../../../tasks/load.ts";
import { profileCompetition } from "../../../tasks/profile/profile.ts";
import { wav } from "../../agent/models/playbook/modalities/made-sounds.ts";
import { python } from "../interpreter.ts";
import { madeFolder } from "../made-folder.ts";

const tone = (length: number): number[] =>
  Array.from({ length }, (_, at) => 0.5 * Math.sin(at / 4));

/** The tables of a competition whose column `file` names these files in turn. */
function tables(names: readonly string[]): Record<string, string> {
  const line = (name: string, id: number): string => `${id},${name}`;
  return {
    "train.csv": `id,file,y\n${names.map((name, id) => `${line(name, id)},${id % 2}\n`).join("")}`,
    "test.csv": `id,file\n${names.map((name, id) => `${line(name, id + 100)}\n`).join("")}`,
    "sample_submission.csv": `id,y\n${names.map((_, id) => `${id + 100},0\n`).join("")}`,
  };
}

async function mediaOf(
  files: Record<string, Uint8Array>,
  prepare: (path: string) => Promise<unknown> = async () => null,
) {
  const names = Object.keys(files);
  await using folder = await madeFolder({ ...tables(names), ...files });
  await prepare(folder.path);
  return (await profileCompetition(await loadCompetition(folder.path), python)).media;
}

/** Writes tones of half a second in other formats over files that are there. */
const CODED = `
import sys
import numpy as np
import soundfile
wave = 0.3 * np.sin(np.arange(11025) / 5)
for path in sys.argv[1:]:
    stereo = np.column_stack([wave, wave])
    soundfile.write(path, stereo if "stereo" in path else wave, 22050)
`;

describe("sounds are measured from their headers", () => {
  test("rates, channels, lengths, and how many cannot be read", async () => {
    const media = await mediaOf({
      "clips/a.wav": wav(tone(8000), 16_000, 1),
      "clips/b.wav": wav(tone(16_000), 16_000, 2),
      "clips/c.wav": wav(tone(16_000), 8000, 1),
      "clips/cut.wav": wav(tone(16_000), 16_000, 1).subarray(0, 44 + 8000),
      "clips/empty.wav": wav([], 16_000, 1),
      "clips/nothing.wav": Buffer.alloc(0),
      "clips/text.wav": Buffer.from("no sound at all"),
    });
    expect(media).toMatchObject({ column: "file", extension: "wav", width: null, channels: null });
    expect(media?.sample).toEqual({
      files: 7,
      examined: 7,
      unreadable: 3,
      formats: [{ value: "wav", count: 4 }],
      image: null,
      sound: {
        rates: [
          { value: "16000", count: 3 },
          { value: "8000", count: 1 },
        ],
        seconds: { min: 0.25, median: 0.75, max: 2 },
        channels: [
          { value: "1", count: 3 },
          { value: "2", count: 1 },
        ],
      },
    });
  });

  test("whatever format they are in", async () => {
    const formats = ["aiff", "au", "flac", "mp3", "ogg"];
    const names = formats.flatMap((format) => [`clips/mono.${format}`, `clips/stereo.${format}`]);
    const files = Object.fromEntries(names.map((name) => [name, Buffer.alloc(1)]));
    const write = (path: string) =>
      execa(python, ["-c", CODED, ...names.map((name) => join(path, name))]);
    const sample = (await mediaOf(files, write))?.sample;
    expect(sample).toMatchObject({
      unreadable: 0,
      formats: formats.map((value) => ({ value, count: 2 })),
      sound: {
        rates: [{ value: "22050", count: 10 }],
        channels: [
          { value: "1", count: 5 },
          { value: "2", count: 5 },
        ],
        seconds: { min: 0.5, median: 0.5 },
      },
    });
    // An MP3 frame holds 576 samples, and its encoder adds a few.
    expect(sample?.sound?.seconds?.max).toBeLessThan(0.6);
  });

  test("of many files an even sample is read", async () => {
    const clip = wav(tone(80), 8000, 1);
    const files = Array.from({ length: 450 }, (_, at) => [`clips/${at}.wav`, clip]);
    const media = await mediaOf(Object.fromEntries(files));
    expect(media?.sample).toMatchObject({ files: 450, examined: 400, unreadable: 0 });
  });
});

/** A JPEG file up to its start of frame, with the date of an EXIF block where one is given. */
function jpeg(width: number, height: number, channels: number, date: string | null): Buffer {
  const frame = Buffer.from([0xff, 0xc0, 0, 17, 8, 0, 0, 0, 0, channels, ...Array(12).fill(0)]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  const parts = [Buffer.from([0xff, 0xd8])];
  if (date !== null) {
    const exif = Buffer.alloc(6 + 8 + 18 + 18 + 20);
    exif.write("Exif\0\0II*\0", 0, "latin1");
    exif.writeUInt32LE(8, 10);
    // One entry: where the EXIF directory lies; there one entry: when the picture was taken.
    for (const [at, tag, kind, count, value] of [
      [14, 0x8769, 4, 1, 26],
      [32, 0x9003, 2, 20, 44],
    ] as const) {
      exif.writeUInt16LE(1, at);
      exif.writeUInt16LE(tag, at + 2);
      exif.writeUInt16LE(kind, at + 4);
      exif.writeUInt32LE(count, at + 6);
      exif.writeUInt32LE(value, at + 10);
    }
    exif.write(date, 50, "latin1");
    const head = Buffer.from([0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(exif.length + 2, 2);
    parts.push(head, exif);
  }
  return Buffer.concat([...parts, frame]);
}

describe("images are measured from their headers", () => {
  test("sizes, channels, dates, and how many cannot be read", async () => {
    const media = await mediaOf({
      "photos/a.jpg": jpeg(640, 480, 3, "2019:03:01 10:00:00"),
      "photos/b.jpg": jpeg(320, 240, 3, "2021:12:31 23:59:59"),
      "photos/c.jpg": jpeg(100, 90, 1, null),
      "photos/d.jpg": jpeg(100, 90, 1, "0000:00:00 00:00:00"),
      "photos/e.jpg": Buffer.from("no picture"),
    });
    expect(media).toMatchObject({ extension: "jpg", width: 640, height: 480, channels: 3 });
    expect(media?.sample).toEqual({
      files: 5,
      examined: 5,
      unreadable: 1,
      formats: [{ value: "jpeg", count: 4 }],
      sound: null,
      image: {
        width: { min: 100, median: 210, max: 640 },
        height: { min: 90, median: 165, max: 480 },
        channels: [
          { value: "1", count: 2 },
          { value: "3", count: 2 },
        ],
        dates: { first: "2019-03-01 10:00:00", last: "2021-12-31 23:59:59", count: 2 },
      },
    });
  });

  test("whatever format Pillow writes", async () => {
    const formats = ["bmp", "gif", "png", "tiff", "webp"];
    const names = formats.flatMap((format) => [`photos/a.${format}`, `photos/b.${format}`]);
    const code =
      "import sys; from PIL import Image\nfor p in sys.argv[1:]: Image.new('RGB', (31, 17)).save(p)";
    const files = Object.fromEntries(names.map((name) => [name, Buffer.alloc(1)]));
    const media = await mediaOf(files, (path) =>
      execa(python, ["-c", code, ...names.map((name) => join(path, name))]),
    );
    expect(media?.sample).toMatchObject({
      unreadable: 0,
      formats: formats.map((value) => ({ value, count: 2 })),
      image: {
        width: { min: 31, median: 31, max: 31 },
        height: { min: 17, median: 17, max: 17 },
        channels: [{ value: "3", count: 10 }],
        dates: null,
      },
    });
  });
});

test("of files whose kind is not known nothing is said but their ending", async () => {
  const media = await mediaOf({ "scans/a.npy": Buffer.alloc(9), "scans/b.npy": Buffer.alloc(9) });
  expect(media).toMatchObject({ extension: "npy", sample: null });
});
