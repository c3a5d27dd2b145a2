import re


def step_days(name):
    # Days of a step of a time that is counted: the column's name says whether those are weeks, months or years.
    for form, days in (("week|wk", 7.0), ("month", 30.4375), ("quarter", 91.3125), ("year", 365.25)):
        if re.search(rf"(?:^|[^a-z])(?:{form})(?!day|end)", str(name).lower()):
            return days
    return 1.0


def days_of(table):
    # When a row happened, in days; NaN where nobody knows.
    name = TIME if TIME in table.columns else next((c for c in DATES if c in table.columns and has_days(c)), None)
    if name is None:
        return np.full(len(table), np.nan)
    if name not in DATES:
        return pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float) * step_days(name)
    days = (dates_in(table, name) - pd.Timestamp("1970-01-01")).dt.total_seconds() / 86400
    return days.to_numpy(dtype=float)
