import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { View } from "../../../../tasks/referee/referee.ts";
import {
  AUC,
  binary,
  fromRows,
  makeCompetition,
  readCsv,
  readTree,
  seeded,
  toCsv,
} from "../../made-competition.ts";
import { referee, viewsOf } from "../opened.ts";

test("no byte of a view holds an answer that is hidden from it", async () => {
  const next = seeded(3);
  const secret = () => `0.${String(next()).slice(2)}${String(next()).slice(2, 8)}`;
  const rows = Array.from({ length: 420 }, (_, i) => ({
    id: `r${i}`,
    x: next().toFixed(3),
    city: `c${i % 7}`,
    y: secret(),
  }));
  const train = rows.slice(0, 400);
  const competition = fromRows(
    rows,
    {
      type: "regression",
      metric: { name: "rmse", direction: "minimize" },
      target_columns: ["y"],
      files: { other: ["again.csv", "no-ids.csv", "extra", "events.csv"] },
    },
    {
      files: {
        "again.csv": toCsv(train, ["id", "y"]),
        "no-ids.csv": toCsv(train, ["x", "city", "y"]),
        "extra/deep/again.csv": toCsv(train, ["y", "id"]),
        "events.csv": toCsv(
          rows.flatMap(({ id }) => [
            { id, what: "a" },
            { id, what: "b" },
          ]),
        ),
      },
    },
  );
  const made = await referee(competition);
  await made.unseal([]);
  for (const view of viewsOf(made)) {
    const input = await made.input(view);
    const shown = new Set(readCsv(join(input, "train.csv")).map((row) => row.y));
    const hidden = train.filter((row) => !shown.has(row.y)).map((row) => row.y);
    expect(hidden.length).toBeGreaterThan(60);
    for (const [name, bytes] of readTree(input)) {
      const text = bytes.toString("latin1");
      expect({ name, leaked: hidden.filter((answer) => text.includes(answer)) }).toEqual({
        name,
        leaked: [],
      });
    }
    // The tables are filtered, not emptied: answers of the view's own training rows stay.
    expect(readCsv(join(input, "again.csv"))).toHaveLength(shown.size);
    const ids = new Set(
      ["train.csv", "test.csv"].flatMap((name) => readCsv(join(input, name)).map((row) => row.id)),
    );
    expect(new Set(readCsv(join(input, "events.csv")).map((row) => row.id))).toEqual(ids);
  }
});

test("no validation row is in train and no sealed row in any search view", async () => {
  const made = await referee(fromRows(binary(620), AUC));
  await made.unseal([]);
  const marks = async (view: View, file: string) =>
    readCsv(join(await made.input(view), file)).map((row) => row.mark);
  const sealed = new Set(await marks("sealed", "test.csv"));
  expect(sealed.size).toBe(made.split.sealedRows);
  for (const { view, trainRows, validRows } of made.split.folds) {
    const train = new Set(await marks(view, "train.csv"));
    const valid = await marks(view, "test.csv");
    expect([train.size, valid.length]).toEqual([trainRows, validRows]);
    expect(valid.filter((mark) => train.has(mark))).toEqual([]);
    expect([...train, ...valid].filter((mark) => sealed.has(mark))).toEqual([]);
  }
  const judged = await Promise.all(made.split.folds.map(({ view }) => marks(view, "test.csv")));
  expect(new Set(judged.flat()).size).toBe(620 - 20 - sealed.size);
});

test("a view has the layout of the real files: columns, order and values byte for byte", async () => {
  const odd = [
    "None",
    "01",
    "1e3",
    "NA",
    "",
    " x ",
    'say "hi"',
    "a,b",
    "two\nlines",
    "tab\t",
    "é€😀",
  ];
  const rows = binary(240, (i) => ({ odd: odd[i % odd.length] ?? "", only: `t${i}` }));
  const test_ = rows.slice(220);
  const competition = makeCompetition(
    { ...AUC, id_column: "id", prediction_columns: ["y"] },
    {
      "train.csv": toCsv(rows.slice(0, 220)),
      "test.csv": toCsv(test_, ["odd", "id", "x"]),
      "sample_submission.csv": toCsv(
        test_.map(({ id }, i) => ({ id: id ?? "", y: i % 2 ? "0" : "1" })),
      ),
    },
  );
  const made = await referee(competition);
  const input = await made.input("fold-0");
  const train = readCsv(join(input, "train.csv"));
  const valid = readCsv(join(input, "test.csv"));
  expect(Object.keys(valid[0] ?? {})).toEqual(["odd", "id", "x"]);
  expect(Object.keys(train[0] ?? {})).toEqual(Object.keys(rows[0] ?? {}));
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of train) expect(row).toEqual(byId.get(row.id));
  for (const row of valid)
    expect(row).toEqual({ odd: byId.get(row.id)?.odd, id: row.id, x: byId.get(row.id)?.x });
  const place = (id: string | undefined) => Number(id?.slice(1));
  for (const table of [train, valid]) {
    const places = table.map((row) => place(row.id));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  }
  const sample = readCsv(join(input, "sample_submission.csv"));
  expect(sample.map((row) => row.id)).toEqual(valid.map((row) => row.id));
  expect(new Set(sample.map((row) => row.y)).size).toBe(1);
  const final = await made.input("final");
  for (const name of ["train.csv", "test.csv", "sample_submission.csv"]) {
    expect(readFileSync(join(final, name))).toEqual(readFileSync(join(competition.folder, name)));
  }
});

test("dates and kinds of files in a view tell nothing, and originals cannot be written through it", async () => {
  const rows = binary(240, (i) => ({ city: `c${i % 5}` }));
  const competition = fromRows(
    rows,
    { ...AUC, files: { other: ["cities.csv"] } },
    { files: { "cities.csv": "city,size\nc0,1\nc1,2\n" } },
  );
  const made = await referee(competition);
  const input = await made.input("fold-0");
  const states = readdirSync(input).map((name) => lstatSync(join(input, name)));
  expect(new Set(states.map((state) => state.mtimeMs)).size).toBe(1);
  expect(states.every((state) => state.isFile() && state.nlink === 1)).toBe(true);
  expect(readFileSync(join(input, "cities.csv"), "utf8")).toBe("city,size\nc0,1\nc1,2\n");
});

test("a lookup table whose own ids are called the same is passed on whole", async () => {
  const rows = binary(2400).map((row, i) => ({ ...row, id: String(i) }));
  const cities = Array.from({ length: 12 }, (_, i) => ({ id: String(i), size: "3" }));
  const made = await referee(
    fromRows(
      rows,
      { ...AUC, files: { other: ["cities.csv"] } },
      { files: { "cities.csv": toCsv(cities) } },
    ),
  );
  expect(readCsv(join(await made.input("fold-0"), "cities.csv"))).toHaveLength(12);
});
