import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { TimeUnit } from "../../../tasks/competition.ts";
import { loadCompetition } from "../../../tasks/load.ts";
import { DATE_READER } from "../../../tasks/referee/cell-readers.ts";
import { momentOfParts } from "../../../tasks/tables/time-units.ts";
import { type Cell, competition, infer, x } from "../infer/made-tables.ts";
import { python } from "../interpreter.ts";
import { madeFolder } from "../made-folder.ts";
import { referee } from "../referee/opened.ts";

const DAY = 86_400_000;
const START = Date.UTC(2018, 9, 20);
const MONTHS =
  "January,February,March,April,May,June,July,August,September,October,November,December";

/** A column by the day of a row: five days from row to row, 200 of them in train, 50 later ones in test. */
function by(write: (at: Date) => Cell, order: (row: number) => number = (row) => row) {
  return (row: number): Cell => write(new Date(START + 5 * DAY * order(row)));
}

const year = (at: Date) => at.getUTCFullYear();
const month = (at: Date) => at.getUTCMonth() + 1;
const day = (at: Date) => at.getUTCDate();
const dayOfYear = (at: Date) => 1 + (at.getTime() - Date.UTC(year(at), 0)) / DAY;

function dated(columns: Record<string, (row: number) => Cell>): Record<string, string> {
  return competition({
    features: { ...x, ...columns },
    targets: { y: (row) => ((row * 37) % 101) + 0.5 },
    predictions: { y: () => 0 },
  });
}

const forms: [string, Record<string, (row: number) => Cell>, object][] = [
  [
    "year, month and day",
    { day: by(day), month: by(month), year: by(year) },
    { year: "year", month: "month", day: "day" },
  ],
  [
    "names of months",
    {
      arrival_date_year: by(year),
      arrival_date_month: by((at) => MONTHS.split(",")[month(at) - 1] ?? ""),
      arrival_date_day_of_month: by(day),
    },
    {
      year: "arrival_date_year",
      month: "arrival_date_month",
      day: "arrival_date_day_of_month",
    },
  ],
  ["year and month", { Yr: by(year), Mo: by(month) }, { year: "Yr", month: "Mo" }],
  [
    "years that are counted",
    { yr: by((at) => year(at) - 2018), mnth: by(month) },
    { year: "yr", month: "mnth" },
  ],
  [
    "year and week",
    { saleYear: by(year), saleWeek: by((at) => Math.ceil(dayOfYear(at) / 7)) },
    { year: "saleYear", week: "saleWeek" },
  ],
  [
    "year and quarter",
    { year: by(year), quarter: by((at) => `Q${Math.ceil(month(at) / 3)}`) },
    { year: "year", quarter: "quarter" },
  ],
  [
    "year and day of the year",
    { year: by(year), day_of_year: by(dayOfYear) },
    { year: "year", day_of_year: "day_of_year" },
  ],
];

test.each(forms)(
  "%s in columns of their own give a split by time",
  async (_name, columns, parts) => {
    const files = dated(columns);
    const { task, notes } = await infer(files);
    expect(task.time_column).toEqual(parts);
    expect(notes.join("\n")).toMatch(/time columns: .* together \(all test rows lie later\)/u);
    await using folder = await madeFolder(files);
    const opened = await referee(await loadCompetition(folder.path));
    expect(opened.split.strategy).toBe("time");
  },
);

test("a birth, days of other rows and days of the week say nothing of when a row is", async () => {
  const mixed = (row: number) => (row * 97) % 250;
  const none: Record<string, (row: number) => Cell>[] = [
    { year: by(year, mixed), month: by(month, mixed), day: by(day, mixed) },
    { birth_year: by(year), sale_month: by(month, mixed) },
    { month: by(month, mixed), day_of_week: by((at) => at.getUTCDay()) },
  ];
  for (const columns of none) {
    expect((await infer(dated(columns))).task.time_column).not.toBeInstanceOf(Object);
  }
});

test("the referee reads moments of several columns as they were found", () => {
  const rows: Partial<Record<TimeUnit, string>>[] = [
    { year: "2020", month: "2", day: "29", hour: "13", minute: "05" },
    { year: "1999", month: "Sept", day: "1" },
    { year: "1", quarter: "Q3" },
    { year: "2021", week: "w53" },
    { year: "2021.0", day_of_year: "366" },
    { month: "12", day: "" },
    { year: "2020", month: "smarch" },
  ];
  const own = rows.map((parts) => {
    const cells = TimeUnit.options.flatMap((unit): [TimeUnit, string][] =>
      parts[unit] === undefined ? [] : [[unit, parts[unit]]],
    );
    return momentOfParts(new Map(cells));
  });
  const script = `
import json, sys
sys.path.insert(0, ${JSON.stringify(dirname(dirname(DATE_READER)))})
from referee.splitting.times import parts_to_times
found = [parts_to_times({unit: [cell] for unit, cell in row.items()})[0] for row in json.load(sys.stdin)]
print(json.dumps([None if each != each else each / 1000 for each in found]))`;
  const said = execFileSync(python, ["-B", "-c", script], { input: JSON.stringify(rows) });
  expect(JSON.parse(String(said))).toEqual(own);
});
