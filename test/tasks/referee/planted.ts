import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { type Competition, TaskFile } from "../../../tasks/competition.ts";
import { type Row, scratch, seeded, toCsv } from "../made-competition.ts";

/** What a generated competition looks like; every secret in it can be found again by its text. */
export const plan = fc.record({
  layout: fc.constantFrom("plain", "no-ids", "labels-file", "long", "composed", "queries"),
  rows: fc.integer({ min: 60, max: 110 }),
  order: fc.constantFrom("mixed", "later", "grouped"),
  odd: fc.boolean(),
  subsample: fc.option(fc.integer({ min: 20, max: 40 }), { nil: null }),
  tables: fc.subarray([
    "by-id",
    "late-cells",
    "other-id",
    "text-id",
    "answers",
    "copy",
    "by-group",
    "means",
    "by-day",
    "notes",
    "json",
    "binary",
    "media",
    "row-files",
    "nested-answers",
    "semicolons",
  ] as const),
  seed: fc.integer({ min: 0, max: 1e6 }),
});
export type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

/** One thing that is divided: what names it, and the texts by which it would be known. */
export type Unit = {
  id: string;
  mark: string;
  group: string;
  day: string;
  /** Unique to its answer: never where the row is not a training row. */
  answers: string[];
  /** Of tables that test rows have no part in: likewise. */
  trainSecret: string;
  /** Of tables that have test rows too. */
  rowSecret: string;
};

/** A name of a column that must be quoted. */
const ODD = 'odd, "name"';

const townOf = ({ mark }: Unit): string => `town${mark.slice(-1)}`;

function idCells({ layout }: Plan, unit: Unit): Row {
  if (layout === "no-ids") return {};
  if (layout !== "composed") return { id: unit.id };
  const [left = "", right = ""] = unit.id.split("_");
  return { left, right };
}

function answerCells(given: Plan, { answers }: Unit): Row {
  const [first = "", second = "", third = ""] = answers;
  if (given.layout === "long") return { y1: first, y2: second, y3: third };
  return { [given.odd ? ODD : "y"]: first };
}

const TEST_ROWS = 24;

/** The units of a plan, training ones first, and its competition on disk. */
export function planted(given: Plan): { competition: Competition; units: Unit[] } {
  const next = seeded(given.seed);
  const secret = (name: string) => `${name}${Math.floor(next() * 9e9 + 1e9)}`;
  const total = given.rows + TEST_ROWS;
  const quote = given.odd ? ', "q"' : "";
  const all = Array.from({ length: total }, (_, i): Unit => {
    const isTest = i >= given.rows;
    const answers = given.layout === "long" ? [0, 1, 2] : [0];
    return {
      id: given.layout === "composed" ? `${1000 + (i >> 1)}_${i % 2}` : `${secret("u")}${quote}`,
      mark: secret("mark"),
      group: `${isTest && given.order === "grouped" ? "t" : "g"}${Math.floor(next() * 14)}x`,
      day: String(
        given.order === "later" ? 100 + Math.floor(i / 2) : 100 + Math.floor(next() * 60),
      ),
      answers: answers.map(() => `0.${Math.floor(next() * 9e9 + 1e9)}`),
      trainSecret: secret("ts"),
      rowSecret: secret("rs"),
    };
  });
  const files = { ...mainTables(given, all), ...moreTables(given, all, next) };
  const folder = scratch();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const other = [
    ...new Set(
      Object.keys(files)
        .filter((name) => !MAIN.has(name))
        .map((name) => name.split("/")[0] ?? name),
    ),
  ];
  const task = TaskFile.parse({ ...taskOf(given), files: { other } });
  return {
    competition: { ...task, folder, description: "Made." },
    units: all.slice(0, given.rows),
  };
}

const MAIN = new Set([
  "train.csv",
  "test.csv",
  "sample_submission.csv",
  "labels.csv",
  "description.md",
]);

/** How the ids of a submission are made where no table has them. */
const FORMS: Partial<Record<Plan["layout"], TaskFile["submission_id"]>> = {
  long: { columns: ["id"], separator: "#", target: true },
  composed: { columns: ["left", "right"], separator: "_", target: false },
};

function taskOf({ layout, order, odd }: Plan): Record<string, unknown> {
  const ranking = layout === "queries";
  const form = FORMS[layout] ?? null;
  const targets = layout === "long" ? ["y1", "y2", "y3"] : [odd ? ODD : "y"];
  return {
    id: "made",
    title: "Made",
    type: ranking ? "ranking" : layout === "long" ? "multi-target" : "regression",
    metric: ranking
      ? { name: "map_at_k", direction: "maximize", k: 3 }
      : { name: "rmse", direction: "minimize" },
    id_column: layout === "no-ids" ? null : form === null ? "id" : "key",
    target_columns: targets,
    prediction_columns: layout === "long" ? ["y"] : targets,
    submission_id: form,
    labels_file: layout === "labels-file" ? "labels.csv" : null,
    group_column: order === "grouped" ? "group" : null,
    time_column: order === "later" ? "day" : null,
  };
}

function mainTables(given: Plan, all: readonly Unit[]): Record<string, string> {
  const { layout, rows } = given;
  const features = (unit: Unit): Row => ({
    ...idCells(given, unit),
    mark: unit.mark,
    group: unit.group,
    day: unit.day,
    town: townOf(unit),
  });
  // Answers of their own, and queries, come with several rows each.
  const several = layout === "labels-file";
  const shown = (units: readonly Unit[]) =>
    units.flatMap((unit) =>
      several ? ["a", "b"].map((step) => ({ ...features(unit), step })) : [features(unit)],
    );
  const trained = all.slice(0, rows);
  const labeled =
    layout === "queries"
      ? trained.flatMap((unit) =>
          [unit.answers[0] ?? "", `other${unit.mark}`].map((y) => ({
            ...features(unit),
            [given.odd ? ODD : "y"]: y,
          })),
        )
      : trained.map((unit) => ({ ...features(unit), ...answerCells(given, unit) }));
  const asked = all.slice(rows).flatMap((unit): Row[] => {
    if (layout === "long")
      return ["y1", "y2", "y3"].map((name) => ({ key: `${unit.id}#${name}`, y: "0" }));
    const value = { [given.odd ? ODD : "y"]: "0" };
    return [
      layout === "composed"
        ? { key: unit.id, ...value }
        : layout === "no-ids"
          ? value
          : { id: unit.id, ...value },
    ];
  });
  return {
    "description.md": "Made.\n",
    "train.csv": toCsv(several ? shown(trained) : labeled),
    "test.csv": toCsv(shown(all.slice(rows))),
    "sample_submission.csv": toCsv(asked),
    ...(several
      ? {
          "labels.csv": toCsv(
            trained.map((unit) => ({ ...idCells(given, unit), ...answerCells(given, unit) })),
          ),
        }
      : {}),
  };
}

/** Auxiliary tables and files, each with secrets of the rows that it is about. */
function moreTables(given: Plan, all: readonly Unit[], next: () => number): Record<string, string> {
  const trained = all.slice(0, given.rows);
  const files: Record<string, string> = {};
  const put = (kind: Plan["tables"][number], name: string, content: () => string) => {
    if (given.tables.includes(kind)) files[given.odd ? `odd ' ${name}` : name] = content();
  };
  const key = (unit: Unit): Row =>
    given.layout === "no-ids" ? { mark: unit.mark } : idCells(given, unit);
  const shuffled = [...trained].sort(() => next() - 0.5);
  put("by-id", "visits.csv", () =>
    toCsv(
      all.flatMap((unit) =>
        [1, 2].map((n) => ({ ...key(unit), n: String(n), what: unit.rowSecret })),
      ),
    ),
  );
  put("late-cells", "outcome.csv", () =>
    toCsv(
      all.map((unit, i) => ({
        ...key(unit),
        known: unit.rowSecret,
        later: i < given.rows ? unit.trainSecret : "",
      })),
    ),
  );
  put("other-id", "second-look.csv", () =>
    toCsv(shuffled.map((unit) => ({ case: unit.mark, finding: unit.trainSecret }))),
  );
  put("text-id", "names.csv", () =>
    toCsv(
      shuffled.map((unit) => ({
        who: unit.mark,
        value: unit.answers[0] ?? "",
        more: unit.trainSecret,
      })),
    ),
  );
  put("answers", "again.csv", () =>
    toCsv(shuffled.map((unit) => ({ ...key(unit), ...answerCells(given, unit) }))),
  );
  put("copy", "old-train.csv", () =>
    toCsv(trained.map((unit) => ({ mark: unit.mark, day: unit.day, ...answerCells(given, unit) }))),
  );
  put("by-group", "groups.csv", () =>
    toCsv(
      [...new Set(all.map(({ group }) => group))].map((group) => ({ group, note: `of-${group}` })),
    ),
  );
  put("means", "towns.csv", () => {
    const towns = new Set(trained.map((unit) => townOf(unit)));
    const mean = (town: string) => {
      const own = trained.filter((unit) => townOf(unit) === town);
      return String(own.reduce((sum, unit) => sum + Number(unit.answers[0]), 0) / own.length);
    };
    return toCsv([...towns].map((town) => ({ town, mean: mean(town) })));
  });
  put("by-day", "days.csv", () =>
    toCsv(
      [...new Set(trained.map(({ day }) => day))].map((day) => ({ day, note: `of-day-${day}.` })),
    ),
  );
  put("notes", "notes.txt", () =>
    trained.map((unit) => `${unit.id} has ${unit.answers[0]} and ${unit.trainSecret}`).join("\n"),
  );
  put("json", "rows.json", () =>
    JSON.stringify(trained.map(({ mark, trainSecret }) => ({ mark, trainSecret }))),
  );
  put("binary", "rows.npy", () =>
    trained.map((unit) => unit.trainSecret + unit.answers[0]).join("\0"),
  );
  put(
    "semicolons",
    "dump.csv",
    () => `mark;secret\n"${trained.map((unit) => `${unit.mark};${unit.trainSecret}`).join("\n")}`,
  );
  put("nested-answers", "deep/er/labels.csv", () =>
    toCsv(shuffled.map((unit) => ({ ...answerCells(given, unit), ...key(unit) }))),
  );
  const named = given.layout === "composed" || given.layout === "no-ids" || given.odd ? null : all;
  for (const [i, unit] of (named ?? []).entries()) {
    const part = i < given.rows ? "train" : "test";
    if (given.tables.includes("media"))
      files[`pictures/${part}/${unit.id}.png`] = `picture ${unit.rowSecret}`;
    if (given.tables.includes("row-files"))
      files[`signals/${part}/${unit.id}.csv`] = `v\n${unit.rowSecret}\n`;
  }
  return files;
}
