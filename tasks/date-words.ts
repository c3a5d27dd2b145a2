import type { DateForm } from "./competition.ts";

/** Each form of dates in words, and how pandas reads a column of text in it. */
const FORMS: Record<DateForm, { words: string; pandas: string }> = {
  "year-first": { words: "year first", pandas: 'pd.to_datetime(column, format="mixed")' },
  "day-first": {
    words: "day first",
    pandas: 'pd.to_datetime(column, dayfirst=True, format="mixed")',
  },
  "month-first": {
    words: "month first",
    pandas: 'pd.to_datetime(column, dayfirst=False, format="mixed")',
  },
  "short-year-first": {
    words: "year first, of two digits",
    pandas: 'pd.to_datetime(column, yearfirst=True, format="mixed")',
  },
  "month-name": {
    words: "with names of months",
    pandas: 'pd.to_datetime(column, format="mixed")',
  },
  "month-year": {
    words: "month and year",
    pandas: 'pd.to_datetime("01/" + column, dayfirst=True)',
  },
  week: {
    words: "ISO weeks",
    pandas:
      'year and week by a regular expression, then pd.to_datetime(f"{year}-{week}-1", format="%G-%V-%u")',
  },
  quarter: {
    words: "quarters",
    pandas: "year and quarter by a regular expression, the month is 3 * quarter - 2",
  },
  digits: {
    words: "digits, year first",
    pandas: 'pd.to_datetime(column.astype(str), format="mixed")',
  },
  "time-of-day": { words: "times of day without a date", pandas: "hours and minutes by splitting" },
  seconds: { words: "seconds since 1970", pandas: 'pd.to_datetime(column, unit="s")' },
  milliseconds: { words: "milliseconds since 1970", pandas: 'pd.to_datetime(column, unit="ms")' },
  microseconds: { words: "microseconds since 1970", pandas: 'pd.to_datetime(column, unit="us")' },
  nanoseconds: { words: "nanoseconds since 1970", pandas: 'pd.to_datetime(column, unit="ns")' },
};

/** The form in words, for people. */
export function dateWords(form: DateForm): string {
  return FORMS[form].words;
}

/** The form in words and as pandas reads it, for whoever writes a script. */
export function dateAdvice(form: DateForm): string {
  const { words, pandas } = FORMS[form];
  return `${words}: ${pandas}`;
}
