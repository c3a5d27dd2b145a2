import { type Row, toCsv } from "../made-competition.ts";
import { answerCells, idCells, type Plan, townOf, type Unit } from "./planted-plan.ts";

/** Further tables and files, each with secrets of the rows that it speaks of. */
export function moreTables(
  given: Plan,
  all: readonly Unit[],
  next: () => number,
): Record<string, string> {
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
