import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { prepareFolder } from "../../../tasks/prepare/prepare.ts";
import { readCsv, scratch } from "../made-competition.ts";
import {
  type Content,
  everyFile,
  folderOf,
  plainFiles,
  prepared,
  preparerIn,
  runPython,
  shop,
} from "./shop.ts";

const made = shop(3);

function utf16(text: string): Buffer {
  return Buffer.from(`\ufeff${text}`, "utf16le");
}

function utf16BigEndianWithoutMark(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}

function separatedBy(mark: string): (text: string) => string {
  return (text) => text.replaceAll(",", mark);
}

/** As offices of half of Europe write tables. */
function semicolons(text: string): string {
  return text.replaceAll(",", ";").replaceAll(/(\d)\.(\d)/gu, "$1,$2");
}

const jsonLines = (rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** What a person has, and how the first screen calls it. */
const written: [string, Record<string, Content>, RegExp][] = [
  ["a byte order mark", everyFile(made, (text) => `\ufeff${text}`), /byte order mark/u],
  ["UTF-16", everyFile(made, utf16), /UTF-16/u],
  ["UTF-16 without a mark", everyFile(made, utf16BigEndianWithoutMark), /UTF-16/u],
  ["Latin-1", everyFile(made, (text) => Buffer.from(text, "latin1")), /Latin-1/u],
  ["semicolons and decimal commas", everyFile(made, semicolons), /semicolons[\s\S]*decimal comma/u],
  ["bars", everyFile(made, separatedBy("|")), /bars/u],
  ["tabs", everyFile(made, separatedBy("\t"), (name) => name.replace("csv", "tsv")), /tabs/u],
  [
    "tables called texts",
    everyFile(made, separatedBy("\t"), (name) => name.replace("csv", "txt")),
    /tabs/u,
  ],
  ["line ends of old computers", everyFile(made, (text) => text.replaceAll("\n", "\r")), /^$/u],
  [
    "a line that names the separator",
    everyFile(made, (text) => `sep=;\r\n${semicolons(text)}`),
    /1 line is left out before the header[\s\S]*semicolons/u,
  ],
  [
    "remarks before the header",
    everyFile(made, (text) => `# of 2023, by the shop\n# all towns\n${text}`),
    /2 lines are left out before the header/u,
  ],
  [
    "a comma at the end of every row but the header",
    everyFile(made, (text) => text.replace("\n", "\0").replaceAll("\n", ",\n").replace("\0", "\n")),
    /a separator at the end of every row is left out/u,
  ],
  [
    "rows of nothing but separators at the end",
    everyFile(made, (text) => `${text},,,\n,,,\n`),
    /2 rows are left out for want of any value/u,
  ],
  [
    "gzip",
    everyFile(
      made,
      (text) => gzipSync(text),
      (name) => `${name}.gz`,
    ),
    /train\.csv\.gz is unpacked: train\.csv/u,
  ],
  ["gzip under the name of a table", everyFile(made, (text) => gzipSync(text)), /is unpacked/u],
  [
    "JSON lines",
    {
      "train.jsonl": jsonLines(made.train),
      "test.jsonl": jsonLines(made.test),
      "sample_submission.jsonl": jsonLines(made.sample),
    },
    /it is read as CSV/u,
  ],
  [
    "JSON",
    {
      "train.json": JSON.stringify(made.train),
      "test.json": JSON.stringify(made.test),
      "sample_submission.json": JSON.stringify(made.sample),
    },
    /it is read as CSV/u,
  ],
];

test.each(written)("%s: tables are read, and it is said", async (_name, files, note) => {
  const folder = folderOf(files);
  const { folder: copy, notes, originalHash } = await prepared(folder);
  expect(readCsv(join(copy, "train.csv"))).toEqual(made.train);
  expect(readCsv(join(copy, "test.csv"))).toEqual(made.test);
  expect(readCsv(join(copy, "sample_submission.csv"))).toEqual(made.sample);
  expect(notes.join("\n")).toMatch(note);
  expect(originalHash).toMatch(/^[0-9a-f]{64}$/u);
  // Nothing is written into a person's folder.
  expect(readdirSync(folder).sort()).toEqual(Object.keys(files).sort());
});

test("a first column without a name, as R writes it, gets one", async () => {
  const named = (text: string) => text.replaceAll(/\n(?=.)/gu, '\n"r",');
  const files = { ...plainFiles(made), "train.csv": named(String(plainFiles(made)["train.csv"])) };
  const { folder, notes } = await prepared(folderOf(files));
  expect(readCsv(join(folder, "train.csv"))).toEqual(
    made.train.map((row) => ({ "Unnamed: 0": expect.any(String), ...row })),
  );
  expect(notes).toEqual(["train.csv: column names are cleaned: '' is 'Unnamed: 0'"]);
});

test("a header that begins with # is one", async () => {
  const files = everyFile(made, (text) => `#${text}`);
  const { folder } = await prepared(folderOf(files));
  expect(Object.keys(readCsv(join(folder, "train.csv"))[0] ?? {})[0]).toBe("#id");
});

/** The same letters as programs of these scripts write them. */
const foreign: [string, number[]][] = [
  ["Cyrillic", [0xce, 0xf1, 0xea, 0xe2, 0xe0]],
  ["Japanese", [0x92, 0xe1, 0x82, 0xa2, 0x8d, 0x82]],
];

test.each(foreign)("a text of bytes of another script is refused, %s", async (_name, bytes) => {
  const [before, after] = String(plainFiles(made)["train.csv"]).split("Ulm");
  const text = Buffer.concat([
    Buffer.from(before ?? "", "latin1"),
    Buffer.from(bytes),
    Buffer.from(after ?? "", "latin1"),
  ]);
  const files = { ...plainFiles(made), "train.csv": text };
  await expect(prepared(folderOf(files))).rejects.toThrow(
    /train\.csv:\d+: the text is neither UTF-8 nor Latin-1 \(its bytes [0-9a-f ]+ are of another script\); save the table as UTF-8/u,
  );
});

/** Python code that packs the plain tables of its folder and takes them away. */
const packers: [string, string][] = [
  ["one zip archive", `pack("shop.zip", names)`],
  ["a zip archive with a folder", `pack("shop.zip", names, "shop-v2/")`],
  ["a zip archive for each table", `[pack(n + ".zip", [n]) for n in names]`],
  [
    "archives in an archive",
    `[pack(n + ".zip", [n]) for n in names]; pack("all.zip", [n + ".zip" for n in names])`,
  ],
  [
    "a tar archive",
    `import tarfile\nwith tarfile.open("shop.tar.gz", "w:gz") as t: [t.add(n) for n in names]`,
  ],
  [
    "xz and bzip2",
    `import lzma, bz2\nfor n, m, e in zip(names, (lzma, bz2, bz2), ("xz", "bz2", "bz2")): m.open(n + "." + e, "wb").write(open(n, "rb").read())`,
  ],
  [
    "Parquet",
    `import pandas\nfor n in names: pandas.read_csv(n, dtype=str).to_parquet(n[:-3] + "parquet")`,
  ],
  [
    "Feather",
    `import pandas\nfor n in names: pandas.read_csv(n, dtype=str).to_feather(n[:-3] + "feather")`,
  ],
];
const PACK = `import os, zipfile
names = sorted(n for n in os.listdir(".") if n.endswith(".csv"))
def pack(archive, files, folder=""):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        for n in files: z.write(n, folder + n)
    for n in files:
        if not n.endswith(".csv"): os.remove(n)
`;

test.each(packers)("%s: tables are read, and it is said", async (_name, code) => {
  const folder = folderOf(plainFiles(made));
  runPython(folder, `${PACK}${code}\nfor n in names: os.remove(n)`);
  const { folder: copy, notes } = await prepared(folder);
  expect(readCsv(join(copy, "train.csv"))).toEqual(made.train);
  expect(readCsv(join(copy, "test.csv"))).toEqual(made.test);
  expect(readCsv(join(copy, "sample_submission.csv"))).toEqual(made.sample);
  expect(notes).not.toEqual([]);
});

test.each(["lzma2", "bzip2", "deflate", "copy"])(
  "a 7z archive packed by %s is read",
  async (kind) => {
    const archive = readFileSync(new URL(`archives/${kind}.7z`, import.meta.url));
    const { folder: copy, notes } = await prepared(folderOf({ "shop.7z": archive }));
    expect(notes).toEqual([expect.stringContaining("shop.7z is unpacked: sample_submission.csv")]);
    expect(readCsv(join(copy, "train.csv"))).toHaveLength(30);
    expect(readCsv(join(copy, "test.csv")).map(({ town }) => town)).toContain("Köln");
  },
);

test("typed columns of Parquet are written as people write them", async () => {
  const folder = folderOf({});
  runPython(
    folder,
    `import pandas as pd
pd.DataFrame({"id": [1, 2], "day": pd.to_datetime(["2024-01-02", None]), "at": pd.to_datetime(["2024-01-02 03:04:05", "2024-01-02 00:00:00"]),
  "flag": [True, False], "count": pd.array([3, None], dtype="Int64"), "share": [0.1, float("nan")], "words": [["a", "b"], []], "kind": pd.Categorical(["x", None])}).to_parquet("train.parquet")
pd.DataFrame({"id": [3]}).to_parquet("test.parquet")
pd.DataFrame({"id": [3], "share": [0.5]}).to_csv("sample_submission.csv", index=False)`,
  );
  const { folder: copy } = await prepared(folder);
  expect(readCsv(join(copy, "train.csv"))).toEqual([
    {
      id: "1",
      day: "2024-01-02",
      at: "2024-01-02 03:04:05",
      flag: "True",
      count: "3",
      share: "0.1",
      words: '["a", "b"]',
      kind: "x",
    },
    {
      id: "2",
      day: "",
      at: "2024-01-02 00:00:00",
      flag: "False",
      count: "",
      share: "",
      words: "[]",
      kind: "",
    },
  ]);
});

test("a stray byte in UTF-8 text costs one letter, not all of them", async () => {
  const text = String(plainFiles(made)["train.csv"]);
  const bytes = Buffer.concat([
    Buffer.from(text),
    Buffer.from("99,1.00,2,Gen\xe8ve,1\n", "latin1"),
  ]);
  const { folder: copy, notes } = await prepared(
    folderOf({ ...plainFiles(made), "train.csv": bytes }),
  );
  expect(notes).toEqual([
    "train.csv: the encoding is UTF-8 but for 1 bytes (the first on line 114), which are read as Windows-1252",
  ]);
  const rows = readCsv(join(copy, "train.csv"));
  expect(rows.slice(0, -1)).toEqual(made.train);
  expect(rows.at(-1)?.town).toBe("Genève");
});

test("plain files are read where they lie, and Python is not started", async () => {
  const folder = folderOf(plainFiles(made));
  const preparer = preparerIn(scratch());
  const found = await prepareFolder(folder, { task: null, targets: null }, preparer);
  expect(found).toMatchObject({ folder, notes: [], originalHash: null });
  expect(preparer.starts()).toBe(0);
  expect(readdirSync(preparer.cacheDir)).toEqual([]);
});

test("an archive beside its own files says nothing new", async () => {
  const folder = folderOf(plainFiles(made));
  runPython(folder, `${PACK}pack("shop.zip", names)`);
  const preparer = preparerIn(scratch());
  const wanted = { task: null, targets: null };
  const found = await prepareFolder(folder, wanted, preparer);
  expect(found).toMatchObject({ folder, notes: [], originalHash: null });
  await prepareFolder(folder, wanted, preparer);
  expect(preparer.starts()).toBe(1);
});

test("a copy is made once for the same data, and anew for other data", async () => {
  const files = everyFile(made, semicolons);
  const folder = folderOf(files);
  const preparer = preparerIn(scratch());
  const wanted = { task: null, targets: null };
  const first = await prepareFolder(folder, wanted, preparer);
  const again = await prepareFolder(folder, wanted, preparer);
  expect(again).toEqual(first);
  expect(preparer.starts()).toBe(1);
  const other = await prepareFolder(
    folderOf({ ...files, "more.csv": "a,b\n1,2\n" }),
    wanted,
    preparer,
  );
  expect(other.folder).not.toBe(first.folder);
  expect(preparer.starts()).toBe(2);
  expect(
    readdirSync(join(preparer.cacheDir, "prepared")).filter((it) => it.startsWith(".")),
  ).toEqual([]);
});

test("a copy that cannot be read is made anew", async () => {
  const folder = folderOf(everyFile(made, semicolons));
  const preparer = preparerIn(scratch());
  const wanted = { task: null, targets: null };
  const first = await prepareFolder(folder, wanted, preparer);
  writeFileSync(join(first.folder, "..", "..", "manifest.json"), '{"changed": tr');
  writeFileSync(join(first.folder, "train.csv"), "torn");
  const again = await prepareFolder(folder, wanted, preparer);
  expect(again).toEqual(first);
  expect(readCsv(join(again.folder, "train.csv"))).toEqual(made.train);
});

test("JSON and texts that are no tables stay what they are", async () => {
  const folder = folderOf({
    ...plainFiles(made),
    "train_config.json": '{"a": 1}',
    "submission.json": '{"format": "csv"}',
    "description.txt": "Who comes back?",
  });
  const { folder: copy, notes } = await prepared(folder);
  expect(copy).toBe(folder);
  expect(notes).toEqual([]);
});

test("pictures in an archive get a folder, and a table of Parquet beside them is read", async () => {
  const folder = folderOf(plainFiles(made));
  runPython(
    folder,
    `import zipfile, pandas
with zipfile.ZipFile("pictures.zip", "w") as z:
    for i in range(30): z.writestr(f"{i}.png", b"\\x89PNG" + bytes([i]))
pandas.DataFrame({"town": ["Ulm"], "people": [126000]}).to_parquet("towns.parquet")`,
  );
  const { folder: copy } = await prepared(folder);
  expect(readdirSync(join(copy, "pictures"))).toHaveLength(30);
  expect(readCsv(join(copy, "towns.csv"))).toEqual([{ town: "Ulm", people: "126000" }]);
  expect(existsSync(join(copy, "pictures.zip"))).toBe(false);
});
