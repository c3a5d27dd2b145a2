import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Competition } from "../../tasks/competition.ts";
import { loadCompetition } from "../../tasks/load.ts";
import { withNewRows } from "../../tasks/new-rows.ts";

let root: string;
let competition: Competition;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mle-star-new-rows-"));
  const folder = join(root, "houses");
  await mkdir(join(folder, "more"), { recursive: true });
  const rows = Array.from({ length: 40 }, (_, at) => `${at},${at % 7},${at % 2 ? "a, b" : "c"}`);
  const quoted = rows.map((row) => row.replace("a, b", '"a, b"'));
  const train = quoted.slice(0, 30).map((row, at) => `${row},${at * 2}`);
  const write = (name: string, lines: string[]) =>
    writeFile(join(folder, name), `${lines.join("\n")}\n`);
  await write("train.csv", ["id,rooms,kind,price", ...train]);
  await write("test.csv", ["id,rooms,kind", ...quoted.slice(30)]);
  const sample = rows.slice(30).map((row) => `${row.split(",")[0]},0`);
  await write("sample_submission.csv", ["id,price", ...sample]);
  await write("more/notes.txt", ["kept"]);
  competition = await loadCompetition(folder);
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function lay(text: string) {
  const [file, folder] = [join(root, `rows-${++count}.csv`), join(root, `laid-${count}`)];
  await writeFile(file, text);
  return { ...(await withNewRows(competition, file, folder)), folder };
}

test("rows come in the order of the test table's columns, with a sample submission for them; all else is there", async () => {
  const made = await lay('kind,id,rooms\n"x, ""y""",007,\nc,8,2.5\n');
  const read = (name: string) => readFile(join(made.folder, name), "utf8");
  expect(made).toMatchObject({ rows: 2, notes: [], competition: { folder: made.folder } });
  expect(await read("test.csv")).toBe('id,rooms,kind\n007,,"x, ""y"""\n8,2.5,c\n');
  expect(await read("sample_submission.csv")).toBe("id,price\n007,0\n8,0\n");
  expect(await read("more/notes.txt")).toBe("kept\n");
  expect(await read("train.csv")).toBe(
    await readFile(join(competition.folder, "train.csv"), "utf8"),
  );
});

test.for([
  ["id,rooms,kind\n", /rows-\d+\.csv: there are no rows$/u],
  ["id,rooms\n1,2\n", /columns of the test table are missing: kind; /u],
  ["id,rooms,kind\n1,2,c\n1,3,c\n", /:3: id "1" stands in line 2 already; /u],
  ["id,rooms,kind\n1,2,c\n2,many,c\n", /:3: rooms is "many", and the test table has only numbers/u],
] as const)("rows that do not fit are refused: %j", async ([text, message]) => {
  await expect(lay(text)).rejects.toThrow(message);
});
