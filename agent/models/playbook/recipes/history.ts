import type { Brief } from "../../../brief.ts";
import type { Recipe } from "../section.ts";
import { columnsOf } from "../traits.ts";

/** Two columns that may name entities of one kind: about as many different values in both. */
function hasOpponents(brief: Brief): boolean {
  const sizes = columnsOf(brief, "categorical")
    .map((column) => column.unique)
    .filter((unique) => unique >= 3)
    .sort((a, b) => a - b);
  return sizes.some((size, index) => index > 0 && (sizes[index - 1] ?? 0) >= 0.7 * size);
}

/** Columns that only training rows have: results, known of the past alone. */
function hasResults(brief: Brief): boolean {
  return brief.profile.columns.some(
    (column) => brief.profile.trainOnly.includes(column.name) && column.kind === "numeric",
  );
}

function hasOrder(brief: Brief): boolean {
  return brief.competition.time_column !== null || columnsOf(brief, "datetime").length > 0;
}

function fits(brief: Brief): boolean {
  const entities = hasOpponents(brief) || brief.competition.group_column !== null;
  return entities && hasResults(brief) && hasOrder(brief);
}

/** Know-how for rows about entities that meet again and again: teams, players, shops. */
export const historyRecipes: readonly Recipe[] = [
  {
    id: "entity-history",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: entity history",
    plan: "Keep the columns there are and rate the entities of each row from the past alone [entity-history]. Attack and defence, overall strength and the expected results are fitted on earlier rows, with older ones counting less, and drawn towards the mean; columns that only the training table has serve as results. Each row sees nothing later than the start of a block as long as the forecast, so training rows know no more than test rows do.",
    fits,
    file: "series/history_features.py",
    prior: 0.85,
    standard: true,
    needs: [],
  },
  {
    id: "team-history",
    kind: "model",
    replaces: "model",
    mode: "extend",
    title: "model: team-history",
    plan: "Keep what the block does and add a strongly penalized linear model of the ratings of both entities and the small categories beside them [team-history]. Results of single meetings are mostly chance, so few and steady inputs beat a flexible model. Rows from before the first ratings are left out of its training.",
    fits,
    file: "series/team_history.py",
    prior: 0.95,
    standard: false,
    needs: ["entity-history"],
  },
];
