import type { Brief } from "../../../brief.ts";
import type { Recipe } from "../section.ts";
import { columnsOf } from "../traits.ts";

/** Whether another table refers to training columns, with one row a key or with many. */
function hasTable(brief: Brief, uniqueKey: boolean): boolean {
  return brief.profile.other.some(
    (file) => file.kind === "table" && file.keys.length > 0 && file.uniqueKey === uniqueKey,
  );
}

/** Whether rows have a time of their own. */
function hasTimes(brief: Brief): boolean {
  return brief.competition.time_column !== null || columnsOf(brief, "datetime").length > 0;
}

/** Know-how for competitions of several tables. */
export const tablesRecipes: readonly Recipe[] = [
  {
    id: "join-tables",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: joined tables",
    plan: "Keep the columns there are and join the other tables by their keys [join-tables], once for each training column that refers to them, named after that column. Where a table is joined twice, the differences of its numbers are added, and the distance on the globe when it holds places. Tables with many rows a key are left to aggregates.",
    fits: (brief) => hasTable(brief, true),
    file: "side_tables/tables_join.py",
    prior: 0.9,
    standard: true,
    needs: [],
  },
  {
    id: "events-before",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: events before",
    plan: "Keep the columns there are and describe each key by its dated rows in the other tables that lie before the time of the row itself [events-before]: how many, how recent against their usual distance, how many in the last week, month and quarter, and of each number the sum, mean, spread, last value and whether the last ones lie above the mean. What came later is not looked at.",
    fits: (brief) => hasTable(brief, false) && hasTimes(brief),
    file: "side_tables/tables_before.py",
    prior: 0.89,
    standard: true,
    needs: [],
  },
  {
    id: "aggregate-tables",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: aggregated tables",
    plan: "Keep the columns there are and describe each key by its rows in the other tables [aggregate-tables]: how many there are, mean, spread, least, greatest, sum and last of the numbers, how many levels the categories have and the shares of the common ones. Tables with one row a key are left to the join.",
    fits: (brief) => hasTable(brief, false),
    file: "side_tables/tables_aggregate.py",
    prior: 0.88,
    standard: true,
    needs: [],
  },
];
