import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { loadCompetition } from "../../../tasks/load.ts";
import { DATE_READER } from "../../../tasks/referee/cell-readers.ts";
import { momentIn } from "../../../tasks/tables/date-forms.ts";
import { infer } from "../infer/made-tables.ts";
import { python } from "../interpreter.ts";
import { madeFolder } from "../made-folder.ts";
import { referee } from "../referee/opened.ts";
import { datedFolder, WRITERS } from "./made-dates.ts";

const formats = Object.entries(WRITERS);

describe("the form of dates is decided once", () => {
  test.each(formats)(
    "%s: the form is found and a later test is a split by time",
    async (name, { write, form, step = 1 }) => {
      for (const isClasses of [false, true]) {
        const { task, notes } = await infer(datedFolder({ write, step, isClasses }));
        expect(task.dates).toEqual({ when: form });
        expect(task.time_column, name).toBe("when");
        expect(notes.join("\n")).toContain("dates in when: ");
      }
      const mixed = await infer(datedFolder({ write, step, isLater: false }));
      expect(mixed.task).toMatchObject({ dates: { when: form }, time_column: null });
    },
  );

  test("a day after the twelfth in the test alone decides for all", async () => {
    const { write } = WRITERS["day first"] ?? { write: String };
    const folder = datedFolder({ write, start: "2021-03-01T00:00:00Z", moments: 16, rowsEach: 60 });
    expect((await infer(folder)).task).toMatchObject({
      dates: { when: "day-first" },
      time_column: "when",
    });
  });

  test("a column that tells nothing is written as its neighbor, two columns may differ", async () => {
    const [day, american] = [
      WRITERS["day first"]?.write ?? String,
      WRITERS["american"]?.write ?? String,
    ];
    const early = (at: Date) => `0${1 + (at.getUTCDate() % 5)}/03/2020`;
    const alike = await infer(datedFolder({ write: day, more: { signed: early } }));
    expect(alike.task.dates).toEqual({ when: "day-first", signed: "day-first" });
    const apart = await infer(datedFolder({ write: day, more: { billed: american } }));
    expect(apart.task.dates).toEqual({ when: "day-first", billed: "month-first" });
    const alone = await infer(datedFolder({ write: early }));
    expect(alone.task.dates).toEqual({ when: "month-first" });
    expect(alone.notes.join("\n")).toContain("no file has a day after the twelfth");
  });

  test("missing dates and dates before 1970 are dates", async () => {
    const write = WRITERS["day first"]?.write ?? String;
    const old = await infer(datedFolder({ write, start: "1955-01-04T00:00:00Z", missing: 0.1 }));
    expect(old.task).toMatchObject({ dates: { when: "day-first" }, time_column: "when" });
    const words = datedFolder({ write: (at) => (at.getUTCDay() === 3 ? "NA" : write(at)) });
    expect((await infer(words)).task.time_column).toBe("when");
  });

  test.each([
    ["an order number", (at: Date) => `2021-${String(at.getTime()).slice(3, 9)}`],
    [
      "a number that looks like a day",
      (at: Date) => String(20_210_000 + ((at.getTime() / 86_400_000) % 9000)),
    ],
    ["a version", (at: Date) => `1.2.${1 + ((at.getTime() / 86_400_000) % 28)}`],
    ["a phone number", (at: Date) => String(1_600_000_000 + (at.getTime() % 97))],
  ])("%s is no date", async (_, write) => {
    expect((await infer(datedFolder({ write, name: "reference" }))).task.dates).toEqual({});
  });

  test("rows that a date names are divided by it, a number that counts rows is not", async () => {
    const write = WRITERS["iso"]?.write ?? String;
    const files = datedFolder({ write, rowsEach: 1, moments: 200, name: "date" });
    const byDate = Object.fromEntries(
      Object.entries(files).map(([file, text]) => [
        file,
        text.replace(/^id,date/u, "date_id,date"),
      ]),
    );
    expect((await infer(byDate)).task.time_column).toBe("date");
  });
});

test("both readers read alike, whatever the form", () => {
  const moments = Array.from(
    { length: 60 },
    (_, i) => new Date(Date.UTC(1961 + i, (i * 5) % 12, 1 + ((i * 11) % 28), i % 24, i)),
  );
  const cells = formats.flatMap(([, { write, form }]) =>
    moments.map((at) => ({ cell: write(at), form })),
  );
  const odd = [
    "",
    "soon",
    "31/02/2020",
    "29/02/2021",
    "2021-13-01",
    "2021-W54",
    "24:00",
    "Tue Jan  5 10:15:30 PST 2021",
    "10/Oct/2000:13:55:36 -0700",
    "5th of May 2020",
    "2021-03-05T10:00:00.123Z",
    "1.2.21",
    "1.2.21 9:05",
    "0000-00-00",
    "9999-12-31",
  ];
  const all = [...cells, ...odd.map((cell) => ({ cell, form: "day-first" }))];
  const script = `import json, sys
import dates
cells = json.load(sys.stdin)
dates.MANY_DATES = int(sys.argv[1])
found = [None] * len(cells)
for form in {each["form"] for each in cells}:
    places = [i for i, each in enumerate(cells) if each["form"] == form]
    moments = dates.read_dates([cells[i]["cell"] for i in places], form)
    for i, at in zip(places, moments):
        found[i] = None if at is dates.pd.NaT else round(at.timestamp() * 1e6)
print(json.dumps(found))`;
  // Cell by cell, and all plain ones at once as in a long column.
  const [slowly, fast] = [100_000, 0].map((many): unknown => {
    const out = execFileSync(python, ["-B", "-c", script, String(many)], {
      cwd: dirname(DATE_READER),
      input: JSON.stringify(all),
    });
    return JSON.parse(out.toString());
  });
  const own = all.map(({ cell, form }) => {
    const at = momentIn(cell, form as Parameters<typeof momentIn>[1]);
    return at === null ? null : Math.round(at * 1000);
  });
  expect(slowly).toEqual(own);
  expect(fast).toEqual(own);
  expect(own.filter((at) => at !== null).length).toBeGreaterThan(cells.length * 0.99);
});

test("the id may be the date", async () => {
  const { write } = WRITERS["day first, dots, time"] ?? { write: String };
  const files = datedFolder({ write, rowsEach: 1, moments: 200, name: "date" });
  const plain = Object.entries(files).map(([file, text]): [string, string] => {
    if (file === "sample_submission.csv") {
      const ids = (files["test.csv"] ?? "").trim().split("\n").slice(1);
      return [file, `date,y\n${ids.map((line) => `${line.split(",")[1]},0\n`).join("")}`];
    }
    return [file, text.replaceAll(/^[^,]*,/gmu, "")];
  });
  await using folder = await madeFolder(Object.fromEntries(plain));
  const competition = await loadCompetition(folder.path);
  expect(competition).toMatchObject({ id_column: "date", time_column: "date" });
  expect((await referee(competition)).split.strategy).toBe("time");
});

test.each([
  ["regression", false],
  ["classes", true],
])(
  "hundreds of rows a day: the later days validate, no day stands on both sides: %s",
  async (_, isClasses) => {
    const write = WRITERS["day first"]?.write ?? String;
    await using folder = await madeFolder(
      datedFolder({ write, rowsEach: 150, moments: 12, start: "2021-03-08T00:00:00Z", isClasses }),
    );
    const competition = await loadCompetition(folder.path);
    const made = await referee(competition);
    expect(made.split.strategy).toBe("time");
    for (const { trainRows, validRows } of made.split.folds) {
      expect([trainRows % 150, validRows % 150]).toEqual([0, 0]);
    }
    expect(made.split.sealedRows % 150).toBe(0);
  },
);
