import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CompetitionInvalid } from "../../../runs/errors.ts";
import { prepareFolder } from "../../../tasks/prepare/prepare.ts";
import { readCsv, scratch } from "../made-competition.ts";
import {
  type Content,
  folderOf,
  plainFiles,
  prepared,
  preparerIn,
  runPython,
  shop,
} from "./shop.ts";

const made = shop(7);
const files = plainFiles(made);
const LIMITS = { bytes: 20_000_000, files: 500, bomb: 1_000_000 };

/** What preparing a folder complains about, its own path cut out. */
async function complaint(folder: string): Promise<string> {
  const preparer = { ...preparerIn(scratch()), limits: LIMITS };
  const error: unknown = await prepareFolder(folder, { task: null, targets: null }, preparer).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CompetitionInvalid);
  const message = error instanceof Error ? error.message : "";
  expect(message).not.toContain("\n");
  return message.replaceAll(`${folder}/`, "");
}

test("symbolic links are followed, named, and what lies outside is copied", async () => {
  const store = scratch();
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(store, `blob-${name}`), content);
  const folder = folderOf({});
  for (const name of Object.keys(files))
    symlinkSync(join(store, `blob-${name}`), join(folder, name));
  mkdirSync(join(store, "pictures"));
  writeFileSync(join(store, "pictures", "1.png"), "picture");
  symlinkSync(join(store, "pictures"), join(folder, "images"));
  const { folder: copy, notes } = await prepared(folder);
  expect(readCsv(join(copy, "train.csv"))).toEqual(made.train);
  expect(readFileSync(join(copy, "images", "1.png"), "utf8")).toBe("picture");
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(
    /^symbolic links are followed, .*copied: images is .*, sample_submission\.csv is /u,
  );
});

test("links that were written as texts are followed too", async () => {
  const folder = folderOf({});
  const store = join(folder, "..", "store");
  mkdirSync(store);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(store, name), content);
    writeFileSync(join(folder, name), `../store/${name}`);
  }
  const { folder: copy } = await prepared(folder);
  expect(readCsv(join(copy, "test.csv"))).toEqual(made.test);
});

const links: [string, string, RegExp][] = [
  [
    "a link to nothing",
    "/nowhere/train.csv",
    /^train\.csv: it is a symbolic link to \/nowhere\/train\.csv, where there is nothing; put the file itself/u,
  ],
  [
    "a link to a device",
    "/dev/zero",
    /^train\.csv: it is no file but a device, a pipe or a socket; put the file itself/u,
  ],
  [
    "a link to the root",
    "/",
    /^train\.csv: a symbolic link to \/, a folder that it lies in itself; take it away/u,
  ],
];

test.each(links)("%s is refused by name", async (_name, target, expected) => {
  const { "train.csv": _, ...rest } = files;
  const folder = folderOf(rest);
  symlinkSync(target, join(folder, "train.csv"));
  expect(await complaint(folder)).toMatch(expected);
});

test("folders that link to each other are refused, not followed for ever", async () => {
  const folder = folderOf({ ...files, "images/1.png": "x" });
  symlinkSync(folder, join(folder, "images", "again"));
  expect(await complaint(folder)).toMatch(
    /^images\/again: a symbolic link to .*, a folder that it lies in itself/u,
  );
});

const archives: [string, string, RegExp][] = [
  [
    "a path upwards",
    `z.writestr("../../evil.csv", "x")`,
    /^shop\.zip: the member '\.\.\/\.\.\/evil\.csv' points out of the folder/u,
  ],
  [
    "an absolute path",
    `z.writestr("/tmp/evil.csv", "x")`,
    /^shop\.zip: the member '\/tmp\/evil\.csv' points out of the folder/u,
  ],
  [
    "a path of Windows",
    `z.writestr("..\\\\evil.csv", "x")`,
    /^shop\.zip: the member .* points out of the folder/u,
  ],
  [
    "a bomb",
    `z.writestr("train.csv", b"0" * 5_000_000)`,
    /^shop\.zip: \d+ packed bytes hold more than \d+ bytes, as data never do; unpack it yourself/u,
  ],
  [
    "more than the limit",
    `import os\n    [z.writestr(f"{i}.bin", os.urandom(3_000_000)) for i in range(8)]`,
    /^shop\.zip: unpacked and copied, the folder would take more than 0\.02 GB/u,
  ],
  ["too many files", `[z.writestr(f"{i}.bin", "x") for i in range(600)]`, /more than 500 files/u],
];

test.each(archives)("an archive with %s is refused by name", async (_name, code, expected) => {
  const folder = folderOf(files);
  runPython(
    folder,
    `import zipfile\nwith zipfile.ZipFile("shop.zip", "w", zipfile.ZIP_DEFLATED) as z:\n    ${code}`,
  );
  expect(await complaint(folder)).toMatch(expected);
});

test("a packed size that lies does not help a bomb", async () => {
  const folder = folderOf(files);
  runPython(folder, `import gzip\ngzip.open("more.csv.gz", "wb").write(b"0" * 5_000_000)`);
  expect(await complaint(folder)).toMatch(
    /^more\.csv\.gz: \d+ packed bytes hold more than \d+ bytes/u,
  );
});

test("archives in archives in archives are refused", async () => {
  const folder = folderOf(files);
  runPython(
    folder,
    `import zipfile, os
inner = "deep.csv"; open(inner, "w").write("a,b\\n1,2\\n")
for depth in range(5):
    with zipfile.ZipFile(f"{depth}.zip", "w") as z: z.write(inner)
    os.remove(inner); inner = f"{depth}.zip"`,
  );
  expect(await complaint(folder)).toMatch(/archives in archives, 4 deep; unpack it yourself/u);
});

const broken: [string, Record<string, Content>, RegExp][] = [
  [
    "a torn archive",
    { "shop.zip": Buffer.from("PK\x03\x04nothing of a zip") },
    /^shop\.zip: this archive cannot be unpacked \(File is not a zip file\)/u,
  ],
  [
    "a torn 7z archive",
    { "shop.7z": Buffer.from("7z\xbc\xaf\x27\x1c rest", "latin1") },
    /^shop\.7z: this archive cannot be unpacked \(it is no 7z archive\)/u,
  ],
  [
    "a binary file called a table",
    { "train.csv": Buffer.from([1, 0, 0, 3, 0, 0, 9]) },
    /^train\.csv: this is a binary file, no table; write it as CSV/u,
  ],
  [
    "a broken record",
    { "train.csv": "id;a;y\n1;2;3\n4;5;6\n7;8\n" },
    /^train\.csv:4: 2 fields, but the header names 3; mend this line/u,
  ],
  [
    "broken JSON",
    { "train.csv": "", "train2.jsonl": '{"a": 1}\n{"a": \n' },
    /^train2\.jsonl:2: no valid JSON/u,
  ],
  [
    "JSON without names",
    { "train2.jsonl": "[1, 2]\n" },
    /^train2\.jsonl:1: '\[1, 2\]' is no record with names/u,
  ],
  ["no Parquet", { "towns.parquet": "PAR1 no" }, /^towns\.parquet: cannot be read \(/u],
  [
    "a doubled header of the sample",
    { "sample_submission.csv": "id,back,back\n1,2,3\n" },
    /^sample_submission\.csv:1: column 'back' stands twice in the header; rename one of them/u,
  ],
];

test.each(broken)(
  "%s is refused with its place and the way out",
  async (_name, changed, expected) => {
    expect(await complaint(folderOf({ ...files, ...changed }))).toMatch(expected);
  },
);
