import type { Brief } from "../../../brief.ts";
import type { Recipe } from "../section.ts";
import { columnsOf, isRegression } from "../traits.ts";

function hasDates(brief: Brief): boolean {
  return brief.competition.time_column !== null || columnsOf(brief, "datetime").length > 0;
}

function isSeries(brief: Brief): boolean {
  const ordered = brief.profile.testIsLater || brief.split.strategy === "time";
  return isRegression(brief) && hasDates(brief) && ordered;
}

/** Whether dates come with a time of day, as their examples show. */
function hasClock(brief: Brief): boolean {
  return columnsOf(brief, "datetime").some(
    ({ dates, examples }) =>
      /seconds$/u.test(dates ?? "") || examples.some((text) => /\d:\d\d/u.test(text)),
  );
}

/** Know-how for dates, clocks and time series. */
export const calendarRecipes: readonly Recipe[] = [
  {
    id: "calendar-terms",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: calendar terms",
    plan: "Keep the columns there are and add what a calendar on the wall shows [calendar-terms]: week of the year, week of the month, days to the end of the month, weekend, days to the nearest widely kept holiday (fixed dates, nth weekdays and Easter by their rules) and which holiday it is. Weekday and month are also crossed, because seasons differ between weekdays.",
    fits: (brief) => columnsOf(brief, "datetime").length > 0,
    file: "series/calendar_features.py",
    prior: 0.55,
    standard: false,
    needs: [],
  },
  {
    id: "usual-times",
    kind: "features",
    replaces: "features",
    mode: "extend",
    title: "features: usual times",
    plan: "Keep the columns there are and add how usual the time of day of a row is for its category and pair of categories [usual-times]: the share of rows of the same key that lie within a few minutes, a quarter of an hour and an hour, before and after. A row far from the usual times of its key is often one that something happened to. No answer is used, only the times.",
    fits: (brief) => hasClock(brief) && columnsOf(brief, "categorical").length > 0,
    file: "series/calendar_usual.py",
    prior: 0.8,
    standard: true,
    needs: [],
  },
  {
    id: "calendar-ridge",
    kind: "model",
    replaces: "model",
    mode: "extend",
    title: "model: calendar-ridge",
    plan: "Keep what the block does and add a penalized linear model of the calendar [calendar-ridge]: yearly waves, weekdays that change with season and years, each day of the year, nth weekdays, holidays with the days around them, and an effect for each series. Recent years count more. The trend is a broken line whose last slope fades out, because trees cannot follow a trend beyond what they saw.",
    fits: isSeries,
    file: "series/calendar_ridge.py",
    prior: 0.95,
    standard: false,
    needs: [],
  },
  {
    id: "lag-boosting",
    kind: "model",
    replaces: "model",
    mode: "extend",
    title: "model: lag-boosting",
    plan: "Keep what the block does and add boosting on lags that are legal for the forecast horizon [lag-boosting]: each training row sees only values from before its own forecast began, as a test row does. It learns the difference from the recent level of the series rather than the level, from the means of last weeks, months and years, of the same weekday and of the same days a year ago.",
    fits: isSeries,
    file: "series/calendar_lags.py",
    prior: 0.92,
    standard: false,
    needs: ["calendar-terms"],
  },
];
