from itertools import combinations

# So many dates are compared two by two: 8 make 28 columns.
MAX_DATES = 8


def date_parts(moments, origin):
    calendar = moments.dt
    parts = {
        "elapsed": (moments - origin).dt.total_seconds() / 86400,
        "year": calendar.year,
        "month": calendar.month,
        "day": calendar.day,
        "weekday": calendar.dayofweek,
        "day of year": calendar.dayofyear,
        "time of day": calendar.hour + calendar.minute / 60,
    }
    year_angle = 2 * np.pi * calendar.dayofyear / 365.25
    day_angle = 2 * np.pi * parts["time of day"] / 24
    parts.update({"year sin": np.sin(year_angle), "year cos": np.cos(year_angle)})
    parts.update({"day sin": np.sin(day_angle), "day cos": np.cos(day_angle)})
    return {part: values.astype(float) for part, values in parts.items()}


made, moments_of = ({}, {}), {}
for name in shared(DATES):
    both = [dates_in(t, name) for t in (train, test)]
    if both[0].notna().sum() < 2:
        continue
    if has_days(name):
        moments_of[name] = both
    before, after = [date_parts(moments, both[0].min()) for moments in both]
    for part, values in before.items():
        usual = values.dropna()
        low, high = usual.quantile(0.001), usual.quantile(0.999)
        inside = after[part].dropna().between(low, high).mean() if len(after[part].dropna()) else 1.0
        # A part whose test values were hardly ever seen in training teaches only what is over; but how late it is
        # tells a forecast the latest level.
        if usual.nunique() > 1 and (inside >= 0.5 or (part == "elapsed" and STRATEGY == "time")):
            made[0][f"{name} {part}"], made[1][f"{name} {part}"] = values, after[part]
# How long it is from one date to another; of many dates the first ones.
for (name, starts), (later, ends) in combinations(list(moments_of.items())[:MAX_DATES], 2):
    spans = [(end - start).dt.total_seconds() / 86400 for start, end in zip(starts, ends)]
    if spans[0].nunique() > 1:
        made[0][f"{later} days from {name}"], made[1][f"{later} days from {name}"] = spans
X, X_test = put_beside(X, X_test, *made)
