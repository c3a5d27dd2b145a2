import type { Recipe } from "../section.ts";
import { columnsOf, manyLevels } from "../traits.ts";

/** Feature sections for tables of numbers, categories and dates. */
export const featureRecipes: readonly Recipe[] = [
  {
    id: "dates",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: dates",
    plan: "Keep the columns there are and take the date columns apart [dates]: year, month, weekday, day of the year, time of day, each also as sine and cosine where it goes round. Parts whose values in the test rows were hardly seen in training are left out.",
    fits: (brief) => columnsOf(brief, "datetime").length > 0,
    file: "dates.py",
    prior: 0.7,
    standard: true,
    needs: [],
  },
  {
    id: "encodings",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: encodings",
    plan: "Keep the columns there are and describe each category with many levels by how often it occurs and by the smoothed mean of the target over its level [encodings]. The means of the training rows are taken out of fold, so no row sees its own answer.",
    fits: (brief) => manyLevels(brief, 8).length > 0,
    file: "encodings.py",
    prior: 0.7,
    standard: true,
    needs: [],
  },
];
