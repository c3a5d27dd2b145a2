# include: series/calendar_days.py


def holidays_of(year):
    # Widely kept days of the West, by their rules.
    fixed = ((1, 1), (2, 14), (5, 1), (7, 4), (10, 31), (11, 11), (12, 24), (12, 25), (12, 31))
    moving = ((1, 0, 3), (2, 0, 3), (5, 6, 2), (5, 0, -1), (9, 0, 1), (10, 0, 2), (11, 3, 4))
    return [pd.Timestamp(year, *day) for day in fixed] + [nth_weekday(year, *rule) for rule in moving] + [easter(year)]


def days_to_holidays(moments):
    # Signed days to the nearest holiday, and which one it is.
    years = moments.dt.year.dropna().astype(int)
    span = range(max(years.min() - 1, 1700), min(years.max() + 2, 2250))
    days = [(day, kind) for year in span for kind, day in enumerate(holidays_of(year))]
    days.sort()
    stamps = np.array([day.to_datetime64() for day, _ in days], dtype="datetime64[D]")
    kinds = np.array([kind for _, kind in days], dtype=float)
    own = moments.to_numpy().astype("datetime64[D]")
    known_days = ~np.isnat(own)
    away, kind = np.full(len(own), np.nan), np.full(len(own), np.nan)
    after = np.clip(np.searchsorted(stamps, own[known_days]), 1, len(stamps) - 1)
    back = (own[known_days] - stamps[after - 1]).astype(float)
    ahead = (stamps[after] - own[known_days]).astype(float)
    away[known_days] = np.where(back < ahead, back, -ahead)
    kind[known_days] = np.where(back < ahead, kinds[after - 1], kinds[after])
    kind[np.abs(away) > 3] = -1
    return away, kind


def calendar_terms(moments):
    away, kind = days_to_holidays(moments)
    day = moments.dt
    workday = day.dayofweek < 5
    return {
        "week of year": day.isocalendar().week.astype(float),
        "quarter": day.quarter,
        "week of month": (day.day - 1) // 7,
        "days to month end": day.days_in_month - day.day,
        "weekend": (~workday).astype(float),
        "month and day": day.month * 32 + day.day,
        "weekday and month": day.dayofweek * 12 + day.month,
        "days to holiday": np.clip(away, -15, 15),
        "holiday": kind,
        "holiday on workday": np.where(workday & (away == 0), kind + 1, 0.0),
    }


def add_calendar(name):
    both = [dates_in(t, name) for t in (train, test)]
    if both[0].nunique() < 10 or both[1].notna().sum() == 0:
        return
    before, after = [calendar_terms(moments) for moments in both]
    for term, values in before.items():
        column = pd.Series(np.asarray(values, dtype=float), index=train.index)
        if column.nunique() > 1:
            X[f"{name} {term}"] = column
            X_test[f"{name} {term}"] = np.asarray(after[term], dtype=float)


for name in DATES:
    if name in train.columns and name in test.columns:
        add_calendar(name)
