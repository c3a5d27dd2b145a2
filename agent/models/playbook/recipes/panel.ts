import type { Brief } from "../../../brief.ts";
import type { Recipe } from "../section.ts";
import { columnsOf, hasPackage, isRegression } from "../traits.ts";

/** Several series with numbers that are known of the rows asked for, such as prices of products in shops by week. */
function isPanel(brief: Brief): boolean {
  const { time_column, group_column } = brief.competition;
  const isOrdered = brief.profile.testIsLater || brief.split.strategy === "time";
  const hasTime = time_column !== null || columnsOf(brief, "datetime").length > 0;
  const hasSeries =
    group_column !== null ||
    columnsOf(brief, "categorical").some(({ unique }) => unique <= brief.split.trainRows / 15);
  const numbers = columnsOf(brief, "numeric", "boolean").filter(
    ({ name }) => name !== time_column && name !== group_column,
  );
  return isRegression(brief) && isOrdered && hasTime && hasSeries && numbers.length > 0;
}

/** Know-how for panels: many series side by side, whose drivers are known ahead. */
export const panelRecipes: readonly Recipe[] = [
  {
    id: "panel-effects",
    kind: "model",
    replaces: "model",
    mode: "extend",
    title: "model: panel-effects",
    plan: "Keep what the block does and add a penalized linear model of prices and other numbers that change within a series [panel-effects]: in logarithms against what is usual for the series, against the others of the same time, and as they were a row before. Effects are drawn from all series to those of a shop or product to those of one series. Levels drift, so the forecast starts from recent ones.",
    fits: isPanel,
    file: "series/panel_effects.py",
    prior: 0.97,
    standard: false,
    needs: [],
  },
  {
    id: "panel-lags",
    kind: "model",
    replaces: "model",
    mode: "extend",
    title: "model: panel-lags",
    plan: "Keep what the block does and add boosting on a history from which the effects of prices and other known numbers are taken out [panel-lags]. Lags fit the gap to the forecast, so each training row sees only values from before its own forecast began. What the effects say of the row itself is added again.",
    fits: (brief) => isPanel(brief) && hasPackage(brief, "lightgbm"),
    file: "series/panel_lags.py",
    prior: 0.94,
    standard: false,
    needs: [],
  },
];
