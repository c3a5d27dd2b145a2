import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AUC, binary, fromRows, type Row, readCsv, toCsv } from "../../made-competition.ts";
import { referee, viewsOf } from "../opened.ts";

/** 240 rows, the last 40 of them test; each has a town, a shop and a day of its own mix. */
const rows = binary(240, (i) => ({
  town: `town-${i % 6}`,
  shop: `s${i % 20}`,
  day: `d${Math.floor(i / 20)}`,
}));
const train = rows.slice(0, 200);

function withTables(files: Record<string, string>, task: Record<string, unknown> = {}) {
  const names = [...new Set(Object.keys(files).map((name) => name.split("/")[0] ?? name))];
  return referee(
    fromRows(rows, { ...AUC, files: { other: names }, ...task }, { testRows: 40, files }),
  );
}

const means = () =>
  toCsv(
    [0, 1, 2, 3, 4, 5].map((town): Row => {
      const own = train.filter((row) => row.town === `town-${town}`);
      const mean = own.reduce((sum, row) => sum + Number(row.y), 0) / own.length;
      return { town: `town-${town}`, size: String((town * 37) % 11), often: mean.toFixed(3) };
    }),
  );

test("a summary of the answers by a key is held back and named, and handed over when the task says so", async () => {
  const made = await withTables({ "towns.csv": means() });
  expect(made.split.heldBack).toEqual(["towns.csv"]);
  expect(made.split.notes?.join("\n")).toMatch(
    /towns\.csv is held back: its often is the mean of y by town, validation rows included \(tables: \{towns\.csv: shared\}/u,
  );
  await made.unseal([]);
  for (const view of [...viewsOf(made), "final" as const]) {
    expect(existsSync(join(await made.input(view), "towns.csv"))).toBe(false);
  }
  const told = await withTables({ "towns.csv": means() }, { tables: { "towns.csv": "shared" } });
  expect(told.split.heldBack).toEqual([]);
  expect(readCsv(join(await told.input("fold-0"), "towns.csv"))).toHaveLength(6);
});

test("tables that describe keys, and those that the task holds back, are what they are said to be", async () => {
  const towns = toCsv(
    [0, 1, 2, 3, 4, 5].map((town) => ({ town: `town-${town}`, size: String((town * 37) % 11) })),
  );
  const made = await withTables(
    { "towns.csv": towns, "more.csv": towns },
    { tables: { "more.csv": "held-back" } },
  );
  expect(made.split.heldBack).toEqual(["more.csv"]);
  const input = await made.input("fold-0");
  expect(readCsv(join(input, "towns.csv"))).toHaveLength(6);
  expect(existsSync(join(input, "more.csv"))).toBe(false);
});

test("a table by several columns that covers test rows gives validation rows theirs", async () => {
  const weather = rows.map((row, i) => ({
    shop: row.shop ?? "",
    day: row.day ?? "",
    rain: `rain-${i}-`,
  }));
  const made = await withTables({ "weather.csv": toCsv(weather) });
  expect(made.split.notes?.join("\n")).toContain(
    "weather.csv in every view: it has the records of the rows of the view, by shop and day",
  );
  const input = await made.input("fold-0");
  const marks = ["train.csv", "test.csv"].flatMap((file) =>
    readCsv(join(input, file)).map((row) => row.mark),
  );
  const shown = rows.flatMap((row, i) => (marks.includes(row.mark) ? [`rain-${i}-`] : []));
  expect(readCsv(join(input, "weather.csv")).map((row) => row.rain)).toEqual(shown);
});

test("what test rows have no record of, validation rows have none of either", async () => {
  const looks = train.map((row, i) => ({ patient: row.id ?? "", seen: `seen-${i}-` }));
  const made = await withTables({ "looks.csv": toCsv(looks) });
  expect(made.split.notes?.join("\n")).toContain(
    "looks.csv in every view: it has the records of the training rows, by patient",
  );
  const input = await made.input("fold-0");
  expect(readCsv(join(input, "looks.csv")).map((row) => row.patient)).toEqual(
    readCsv(join(input, "train.csv")).map((row) => row.id),
  );
});

test("files that cannot be taken apart by rows are held back, plain texts are not", async () => {
  const made = await withTables({
    "features.parquet": "PAR1",
    "rows.json": JSON.stringify(train.map((row) => row.mark)),
    "words.txt": "the words of a language\n",
  });
  expect(made.split.heldBack).toEqual(["features.parquet", "rows.json"]);
  expect(existsSync(join(await made.input("fold-0"), "words.txt"))).toBe(true);
});

test("in a split by time no table tells of what comes later", async () => {
  const timed = binary(240, (i) => ({ step: String(Math.floor(i / 4)) }));
  const all = Array.from({ length: 60 }, (_, step) => ({
    step: String(step),
    price: `p-${step}-`,
  }));
  const made = await referee(
    fromRows(
      timed,
      { ...AUC, time_column: "step", files: { other: ["known.csv", "past.csv"] } },
      { testRows: 40, files: { "known.csv": toCsv(all), "past.csv": toCsv(all.slice(0, 50)) } },
    ),
  );
  expect(made.split.strategy).toBe("time");
  await made.unseal([]);
  for (const view of viewsOf(made)) {
    const input = await made.input(view);
    const last = (file: string) =>
      Math.max(...readCsv(join(input, file)).map((row) => Number(row.step)));
    // A table that reaches into the test period is known beforehand, one that ends with train is not.
    expect(last("known.csv")).toBe(last("test.csv"));
    expect(last("past.csv")).toBe(last("train.csv"));
  }
});

test("tables that are the rows' own files move with them to where test files lie", async () => {
  const files = Object.fromEntries(
    rows.map((row, i) => [`signals/${i < 200 ? "train" : "test"}/${row.id}.csv`, `v\n${i}\n`]),
  );
  const made = await withTables(files);
  const input = await made.input("fold-0");
  for (const [part, table] of [
    ["train", "train.csv"],
    ["test", "test.csv"],
  ] as const) {
    const ids = readCsv(join(input, table)).map((row) => row.id ?? "");
    expect(ids.filter((id) => !existsSync(join(input, "signals", part, `${id}.csv`)))).toEqual([]);
  }
});
