import type { Brief } from "../../../brief.ts";
import type { Recipe } from "../section.ts";
import { columnsOf, hasTable, manyLevels } from "../traits.ts";

function features(
  id: string,
  prior: number,
  fits: (brief: Brief) => boolean,
  plan: string,
  standard = false,
): Recipe {
  return {
    id,
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: `features: ${id.replaceAll("-", " ")}`,
    plan: `Keep the columns there are. ${plan.replace("[]", `[${id}]`)}`,
    fits,
    file: `features/${id.replaceAll("-", "_")}.py`,
    prior,
    standard,
    needs: [],
  };
}

const numbers = (brief: Brief) => columnsOf(brief, "numeric");

/** Whether two columns are called like a latitude and a longitude; the script looks again. */
function hasCoordinates(brief: Brief): boolean {
  const names = numbers(brief).map(({ name }) => name.toLowerCase());
  return [
    /(?:^|[^a-z])lat(?:itude)?(?:$|[^a-z])/u,
    /(?:^|[^a-z])(?:lon|lng|long|longitude)(?:$|[^a-z])/u,
  ].every((form) => names.some((name) => form.test(name)));
}

/** Feature sections for tables of numbers, categories and dates. */
export const featureRecipes: readonly Recipe[] = [
  features(
    "dates",
    0.7,
    (brief) => columnsOf(brief, "datetime").length > 0,
    "Take the date columns apart []: year, month, weekday, day of the year, time of day, each also as sine and cosine where it goes round; of several columns the days from one to another too. Parts whose values in the test rows were hardly seen in training are left out.",
    true,
  ),
  features(
    "encodings",
    0.7,
    (brief) => manyLevels(brief, 8).length > 0,
    "Describe each category with many levels by how often it occurs and by the smoothed mean of the target over its level []. The means are taken inside each fold, and there out of fold again, so no row sees its own answer.",
    true,
  ),
  features(
    "level-pairs",
    0.6,
    (brief) => columnsOf(brief, "categorical").length > 1,
    "Join the categories with most levels two by two, count how often each pair occurs and take the smoothed mean of the target over it []. An effect that two categories have only together becomes one column.",
  ),
  features(
    "group-statistics",
    0.55,
    (brief) => columnsOf(brief, "categorical").length > 0 && numbers(brief).length > 0,
    "Compare each number with its mean over the level of a category [], as the mean itself and as the difference. What is large for its kind then shows.",
  ),
  features(
    "ratios",
    0.54,
    (brief) => numbers(brief).length > 2,
    "Divide and subtract the six numbers that follow the target best, two by two []. Trees approximate a ratio only by many cuts.",
  ),
  features(
    "name-parts",
    0.5,
    (brief) => columnsOf(brief, "id", "text").length > 0 || manyLevels(brief, 100).length > 0,
    "Take names with very many values apart []: length, capitals, digits, number of parts, and the target's mean over their first word, taken inside each fold. Names of one family often behave alike.",
    true,
  ),
  features(
    "cell-words",
    0.65,
    (brief) => columnsOf(brief, "text").length > 0 || manyLevels(brief, 30).length > 0,
    "Take cells that hold a few words or a number with its unit apart []: the numbers, how often the form of the cell occurs, and which of the usual words stand in it. The mean of the target over a form is taken inside each fold.",
    true,
  ),
  features(
    "places",
    0.6,
    hasCoordinates,
    "Describe where on the map a row lies []: turned axes, how close other rows are, the distance to each of twelve centers, and the mean of the target over parts of the map, taken inside each fold.",
    true,
  ),
  features(
    "select-columns",
    0.45,
    (brief) => hasTable(brief) && brief.profile.columns.length > 12,
    "Afterwards drop the columns that a forest uses less than made-up noise []. Fewer columns leave less to overfit.",
  ),
  features(
    "number-levels",
    0.4,
    (brief) => numbers(brief).length > 0,
    "Cut each number into twenty bins of equal rows and take the smoothed mean of the target per bin [], inside each fold. Bends and jumps become visible at once.",
  ),
  features(
    "missing-marks",
    0.35,
    (brief) => brief.profile.columns.some((column) => column.missing > 0.005),
    "Mark what is missing, and count the gaps of a row []. That a value was not written down often says something.",
  ),
  features(
    "clusters",
    0.3,
    (brief) => numbers(brief).length > 3,
    "Group the rows by their scaled numbers and add the distance to each group's center []. It gives trees directions across several columns.",
  ),
];
