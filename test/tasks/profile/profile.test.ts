import { describe, expect, test } from "vitest";
import { inferTask } from "../../../tasks/infer/infer.ts";
import { loadCompetition } from "../../../tasks/load.ts";
import { profileCompetition } from "../../../tasks/profile/profile.ts";
import { python } from "../interpreter.ts";
import { madeFolder } from "../made-folder.ts";

const days = (row: number): string => new Date(Date.UTC(2001, 0, 1 + row, 8, 30)).toISOString();
const words = ["red", "small", "house", "garden", "near", "river", "old", "wide"];

/** Columns of every kind, by row number. */
const features: Record<string, (row: number) => string> = {
  amount: (row) => String((row * 37) % 101),
  ratio: (row) => (row % 10 === 0 ? "" : String(row / 7)),
  odd: (row) => (row % 9 === 0 ? "?" : String(row * 3)),
  town: (row) => ["Ulm", "Kiel", "None"][row % 3] ?? "",
  zip: (row) => `0${1000 + (row % 40)}`,
  store_id: (row) => String(100 + (row % 25)),
  serial: (row) => `S-${row}`,
  counter: (row) => String(row + 5000),
  flag: (row) => String(row % 2),
  truth: (row) => (row % 2 === 0 ? "True" : "False"),
  same: () => "x",
  day: (row) => days(row).slice(0, 10),
  minute: (row) => days(row).slice(0, 16).replace("T", " "),
  slashed: (row) => `${1 + (row % 28)}/${1 + (row % 12)}/2001`,
  month_name: (row) => `${1 + (row % 28)}-Feb-2001`,
  note: (row) =>
    `${[1, 3, 5, 7, 11].map((step) => words[(row * step + (row >> 3)) % 8]).join(" ")} ${row}`,
  from: (row) => `A${row % 30}`,
  to: (row) => `A${(row * 7) % 30}`,
  photo: (row) => `photos/${row % 3}.png`,
};

function png(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(33);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]).copy(bytes);
  bytes.write("IHDR", 12);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes[24] = 8;
  return bytes;
}

function files(): Record<string, string | Uint8Array> {
  const names = Object.keys(features);
  const row = (at: number): string => names.map((name) => features[name]?.(at) ?? "").join(",");
  const count = (length: number, from: number): number[] =>
    Array.from({ length }, (_, at) => at + from);
  return {
    "train.csv": `id,${names.join(",")},later,y\n${count(300, 0)
      .map((at) => `${at},${row(at)},${at},${["no", "yes"][at % 3 === 0 ? 1 : 0]}`)
      .join("\n")}\n`,
    "test.csv": `id,${names.join(",")}\n${count(60, 300)
      .map((at) => `${at},${row(at)}`)
      .join("\n")}\n`,
    "sample_submission.csv": `id,y\n${count(60, 300)
      .map((at) => `${at},no`)
      .join("\n")}\n`,
    "stations.csv": `station,height\n${count(30, 0)
      .map((at) => `A${at},${at * 3.5}`)
      .join("\n")}\n`,
    "visits.csv": `store_id,visitors,seen\n${count(90, 0)
      .map((at) => `${100 + (at % 25)},${at % 10 === 0 ? "" : at},${days(at).slice(0, 10)}`)
      .join("\n")}\n`,
    "readme.txt": "About houses.",
    "photos/0.png": png(28, 20),
    "photos/1.png": png(28, 20),
    "photos/2.png": png(28, 20),
  };
}

async function profiled() {
  await using folder = await madeFolder(files());
  return await profileCompetition(await loadCompetition(folder.path), python);
}

const profile = await profiled();
const column = (name: string) => profile.columns.find((each) => each.name === name);

describe("the data profile", () => {
  test.each([
    ["id", "id", "int64"],
    ["amount", "numeric", "int64"],
    ["ratio", "numeric", "float64"],
    ["odd", "numeric", "object"],
    ["town", "categorical", "object"],
    ["zip", "categorical", "int64"],
    ["store_id", "categorical", "int64"],
    ["serial", "id", "object"],
    ["counter", "id", "int64"],
    ["flag", "boolean", "int64"],
    ["truth", "boolean", "bool"],
    ["same", "constant", "object"],
    ["day", "datetime", "object"],
    ["minute", "datetime", "object"],
    ["slashed", "datetime", "object"],
    ["month_name", "datetime", "object"],
    ["note", "text", "object"],
    ["from", "categorical", "object"],
    ["photo", "path", "object"],
  ])("column %s is %s, read as %s", (name, kind, dtype) => {
    expect([column(name)?.kind, column(name)?.dtype]).toEqual([kind, dtype]);
  });

  test("the text None is a value; only an empty cell is missing", () => {
    expect(column("town")).toMatchObject({ missing: 0, unique: 3 });
    expect(column("town")?.examples).toContain("None");
    expect(column("ratio")?.missing).toBeCloseTo(0.1);
  });

  test("counts, classes with shares and columns that only train has", () => {
    expect(profile).toMatchObject({
      trainRows: 300,
      testRows: 60,
      trainOnly: ["later"],
      classes: ["no", "yes"],
      target: null,
      duplicateRows: 0,
    });
    expect(profile.classShares?.[1]).toBeCloseTo(1 / 3);
    expect(column("y")).toMatchObject({ isTarget: true, inTest: false });
  });

  test("a table that two columns refer to is joined by both; its key is unique", () => {
    const table = profile.other.find((each) => each.name === "stations.csv");
    expect(table).toMatchObject({ kind: "table", rows: 30, uniqueKey: true });
    expect(table?.keys).toEqual([
      { column: "station", trainColumn: "from", coverage: 1 },
      { column: "station", trainColumn: "to", coverage: 1 },
    ]);
  });

  test("a table with many rows for a key says that its key is not unique", () => {
    const table = profile.other.find((each) => each.name === "visits.csv");
    expect(table?.keys[0]).toEqual({ column: "store_id", trainColumn: "store_id", coverage: 1 });
    expect(table?.uniqueKey).toBe(false);
  });

  test("the columns of a further table are described as those of train are", () => {
    const table = profile.other.find((each) => each.name === "visits.csv");
    expect(table).toMatchObject({ examined: 90, rowsPerKey: { min: 3, median: 4, max: 4 } });
    const [store, visitors, seen] = table?.details ?? [];
    expect(store).toMatchObject({ name: "store_id", kind: "categorical", unique: 25, min: 100 });
    expect(visitors).toMatchObject({ kind: "numeric", missing: 0.1, min: 1, max: 89 });
    expect(visitors?.examples).toContain("1");
    expect(seen?.span).toEqual(["2001-01-01 00:00:00", "2001-03-31 00:00:00"]);
    expect(profile.other.find((each) => each.name === "photos")?.details).toBeUndefined();
  });

  test("a large or wide further table is described by a part of it", async () => {
    const row = (at: number): string => `${at},${`${at % 7},`.repeat(249)}x`;
    const names = Array.from({ length: 250 }, (_, at) => `c${at}`).join(",");
    const wide = `key,${names}\n${Array.from({ length: 12_000 }, (_, at) => row(at)).join("\n")}\n`;
    await using folder = await madeFolder({ ...files(), "wide.csv": wide });
    const { other } = await profileCompetition(await loadCompetition(folder.path), python);
    const table = other.find((each) => each.name === "wide.csv");
    expect(table).toMatchObject({ rows: 12_000, examined: 4000 });
    expect(table?.details).toHaveLength(100);
    expect(table?.details?.[1]).toMatchObject({ name: "c0", unique: 7, min: 0, max: 6 });
  });

  test("dates have a span", () => {
    expect(column("day")?.span).toEqual(["2001-01-01 00:00:00", "2001-10-27 00:00:00"]);
    expect(column("amount")?.span).toBeNull();
  });

  test("images are measured from their first bytes", () => {
    expect(profile.media).toMatchObject({
      column: "photo",
      extension: "png",
      width: 28,
      height: 20,
      channels: 1,
      sample: { files: 3, examined: 3, unreadable: 0 },
    });
  });

  test("pictures named after ids are measured too, and the id stays an id", async () => {
    const png = Buffer.alloc(40);
    png.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    png.writeUInt32BE(31, 16);
    png.writeUInt32BE(17, 20);
    png.set([8, 2], 24);
    const rows = Array.from({ length: 12 }, (_, row) => `leaf_${row}`);
    const [train, test] = [rows.slice(0, 7), rows.slice(7)];
    const pictures = rows.map((id, row) => [`${row < 7 ? "train" : "test"}_images/${id}.png`, png]);
    await using folder = await madeFolder({
      "train.csv": `id,label\n${train.map((id, row) => `${id},${row % 2}\n`).join("")}`,
      "test.csv": `id\n${test.join("\n")}\n`,
      "sample_submission.csv": `id,label\n${test.map((id) => `${id},0\n`).join("")}`,
      ...Object.fromEntries(pictures),
    });
    const { media, columns } = await profileCompetition(await loadCompetition(folder.path), python);
    expect(media).toMatchObject({ column: "id", extension: "png", width: 31, channels: 3 });
    expect(media?.sample).toMatchObject({ files: 7, image: { height: { min: 17, max: 17 } } });
    expect(columns[0]).toMatchObject({ name: "id", kind: "id" });
  });

  test("dates that all lie later are seen, and the same data give the same bytes", async () => {
    expect(profile.testIsLater).toBe(true);
    expect(JSON.stringify(await profiled())).toBe(JSON.stringify(profile));
  });

  test("of a shipped competition with two tables the join by both airports is found", async () => {
    const flights = await profileCompetition(await loadCompetition("late-arrivals"), python);
    expect(flights.other[0]?.keys.map((key) => key.trainColumn)).toEqual(["origin", "destination"]);
    expect(flights).toMatchObject({ trainRows: 83_618, testRows: 36_382, testIsLater: true });
  });

  test("a folder is inferred the same way before and after its task is known", async () => {
    await using folder = await madeFolder(files());
    const { task } = await inferTask(folder.path);
    expect(task).toMatchObject({ time_column: "day", media_columns: ["photo"], type: "binary" });
  });
});
