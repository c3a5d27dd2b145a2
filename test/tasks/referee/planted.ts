import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Competition, TaskFile } from "../../../tasks/competition.ts";
import { type Row, scratch, seeded, toCsv } from "../made-competition.ts";
import { answerCells, idCells, ODD, type Plan, townOf, type Unit } from "./planted-plan.ts";
import { moreTables } from "./planted-tables.ts";

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
      group: `${isTest ? "t" : "g"}${Math.floor(next() * 14)}x`,
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
  const labelled =
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
    "train.csv": toCsv(several ? shown(trained) : labelled),
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
