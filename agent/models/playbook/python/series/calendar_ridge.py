from scipy import sparse
from sklearn.linear_model import Ridge


# include: series/calendar_days.py


# include: series/series.py


def moments_of(table):
    name = TIME if TIME in table.columns else next((c for c in DATES if c in table.columns and has_days(c)), None)
    if name is None:
        return pd.Series(pd.Timestamp("2000-01-01"), index=table.index) + pd.to_timedelta(table.index, unit="D")
    if name in DATES:
        found = dates_in(table, name)
    else:  # a step number instead of a date
        steps = (pd.to_numeric(table[name], errors="coerce") * step_days(name)).round()
        found = pd.Timestamp("2000-01-01") + pd.to_timedelta(steps, unit="D")
    return found.fillna(found.median())


def levels(codes, weight=1.0):
    codes = np.asarray(codes)
    found, place = np.unique(codes, return_inverse=True)
    ones = np.full(len(codes), weight)
    return sparse.csr_matrix((ones, (np.arange(len(codes)), place)), shape=(len(codes), len(found)))


def times(matrix, factors):
    # Every column of a sparse matrix times every column of a dense one.
    return [matrix.multiply(f[:, None]).tocsr() for f in np.asarray(factors, dtype=float).T]


def holiday_rules(stamps, weekend):
    # Known holidays and the three days either side, apart for weekends.
    fixed = ((1, 1), (2, 14), (5, 1), (7, 4), (10, 31), (11, 11), (12, 25))
    moving = ((1, 0, 3), (2, 0, 3), (5, 6, 2), (5, 0, -1), (9, 0, 1), (10, 0, 2), (11, 3, 4))
    days = stamps.to_numpy().astype("datetime64[D]")
    unique, place = np.unique(days, return_inverse=True)
    codes = {int(d.astype(int)): i for i, d in enumerate(unique)}
    cells = []
    for year in range(int(stamps.dt.year.min()) - 1, int(stamps.dt.year.max()) + 2):
        found = [pd.Timestamp(year, *d) for d in fixed] + [nth_weekday(year, *r) for r in moving] + [easter(year)]
        for kind, day in enumerate(found):
            middle = int(day.to_datetime64().astype("datetime64[D]").astype(int))
            for offset in range(-3, 4):
                if middle + offset in codes:
                    cells.append((codes[middle + offset], kind * 7 + offset + 3))
    width = 7 * (len(fixed) + len(moving) + 1)
    rows, columns = np.array(cells, dtype=int).reshape(-1, 2).T
    by_day = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(unique), width))
    matrix = by_day[place]
    return sparse.hstack([matrix, matrix.multiply(weekend[:, None])]).tocsr()


def series_codes(tables):
    # What tells series apart: each category, and all the columns together that name a single series.
    own = [tables[c].cat.codes.to_numpy() for c in categories_of(tables)]
    own.append(np.unique(series_names().astype(str), return_inverse=True)[1])
    found = {}
    for codes in own:
        codes = np.unique(codes, return_inverse=True)[1]
        if 2 <= codes.max() + 1 <= 3000:
            found.setdefault(codes.tobytes(), codes)
    return list(found.values())


def design(tables, stamps):
    # Calendar terms and series effects of all rows; the trend is kept apart, it has to be extrapolated.
    day, years = stamps.dt, ((stamps - stamps.min()).dt.total_seconds() / 31557600).to_numpy()
    angle = 2 * np.pi * ((day.dayofyear - 1 + day.hour / 24) / 365.25).to_numpy()
    # What comes once a year is told from a trend by a whole year only, its parts by as much of one.
    span = np.ptp(years[: len(train)])
    waves = [f(k * angle) for k in range(1, 7) if k * span >= 1 for f in (np.sin, np.cos)]
    waves = np.column_stack(waves) if waves else np.zeros((len(years), 0))
    # Contrasts between weekdays add up to nothing, so that the trend stays in its own terms.
    weekday = levels(day.dayofweek)
    weekday = sparse.csr_matrix(weekday.toarray() - 1 / weekday.shape[1])
    weekend = (day.dayofweek >= 5).to_numpy().astype(float)
    month_day = levels(day.month * 32 + day.day)
    slow = np.column_stack([years / 3, waves[:, :4]])
    parts = [sparse.csr_matrix(waves), weekday, *times(weekday, slow), *times(sparse.csr_matrix(waves[:, :4]), slow[:, :1])]
    if span >= 1:
        parts += [month_day * 0.5, month_day.multiply(weekend[:, None]) * 0.3]
        parts.append(levels(((day.month * 5 + (day.day - 1) // 7) * 7 + day.dayofweek), 0.3))
        parts.append(holiday_rules(stamps, weekend) * 2.0)
    if day.hour.nunique() > 1:
        parts += [levels(day.hour), levels(day.dayofweek * 24 + day.hour, 0.5), levels(day.month * 24 + day.hour, 0.3)]
    for codes in series_codes(tables):
        series = levels(codes)
        parts.append(series)
        if series.shape[1] <= 300:
            parts += times(series, slow[:, :3]) + [levels(codes * 7 + day.dayofweek.to_numpy(), 0.5)]
    # Other columns known for the test rows; places in the table and parts of the date, made for trees, are left out.
    apart = tuple(f"{d} " for d in DATES)
    known_too = [c for c in tables.columns if c not in categories_of(tables) and c != "row"]
    own = [c for c in known_too if not c.startswith(apart)]
    numbers = tables[own].astype(float).replace([np.inf, -np.inf], np.nan)
    spread = numbers.std().replace(0, 1.0).fillna(1.0)
    parts.append(sparse.csr_matrix(((numbers - numbers.mean()) / spread).clip(-4, 4).fillna(0.0).to_numpy()))
    return sparse.hstack(parts).tocsr(), years


def readings(moments, rest, origin, wanted, unit):
    # Cautious readings of where a level goes: a recent level, plus a slope of the past that fades or stays. `unit`: a
    # year, or all there is where that is less.
    found = []
    for near in (0.15, 1.0):
        recent = moments > origin - near * unit
        recent = recent if recent.any() else moments >= moments.max()
        middle, level = np.mean(moments[recent]), np.mean(rest[recent])
        found.append(np.full(len(wanted), level))
        for window in (1.0, 2.0, 3.0, 5.0, 50.0) if unit == 1 else (0.25, 0.5):
            past = moments > origin - window * unit
            slope = np.polyfit(moments[past], rest[past], 1)[0] if np.ptp(moments[past]) > 0.1 * unit else 0.0
            for fade in (0.3, 0.7, 0.99):
                ahead = unit * (fade ** ((wanted - origin) / unit) - 1) / np.log(fade)
                found.append(level + slope * (ahead + origin - middle))
    return np.array(found)


def extrapolated(moments, rest, wanted, end):
    # The readings, weighed by how well each would have done from earlier origins over the same distance.
    unit = min(1.0, max(end - moments.min(), 1e-6))
    edges = np.unique(np.r_[np.arange(moments.min(), end, max(unit / 52, (end - moments.min()) / 400)), end + 1e-9])
    place = np.digitize(moments, edges)
    grouped = pd.DataFrame({"p": place, "m": moments, "r": rest}).groupby("p")[["m", "r"]].mean()
    grid, level = grouped["m"].to_numpy(), grouped["r"].to_numpy()
    now = readings(grid, level, end, wanted, unit)
    reach = min(max(wanted.max() - end, unit / 52), (end - grid[0]) / 3)
    errors = []
    for origin in np.linspace(grid[0] + 0.4 * (end - grid[0]), end - reach, 8):
        before, after = grid <= origin, (grid > origin) & (grid <= origin + reach)
        if before.sum() >= 4 and after.any():
            errors.append(np.abs(readings(grid[before], level[before], origin, grid[after], unit) - level[after]).mean(axis=1))
    if not errors:
        return now[:1].mean(axis=0)
    error = np.mean(errors, axis=0)
    weight = 1 / (error + 0.05 * error.mean() + 1e-9)
    return weight @ now / weight.sum()


def calendar_fit(matrix, years, target, inside, outside):
    if len(inside) > 60000:  # the latest rows tell most
        inside = inside[np.argsort(years[inside], kind="stable")[-60000:]]
    end = years[inside].max()
    start = years[inside].min()
    count = max(2, int(round((end - start) / 2)) + 1)
    knots = np.linspace(start, end, count) if end > start else np.array([start, start + 1.0])
    hats = np.column_stack([np.interp(years[inside], knots, row) for row in np.eye(len(knots))])
    center, spread = np.mean(target[inside]), np.std(target[inside]) + 1e-12
    z = (target[inside] - center) / spread
    weight = 0.5 ** ((end - years[inside]) / 6.0)
    model = Ridge(alpha=1.0, solver="sparse_cg", max_iter=1000, tol=1e-5)
    model.fit(sparse.hstack([sparse.csr_matrix(hats), matrix[inside]]).tocsr(), z, sample_weight=weight)
    level, season = model.coef_[: len(knots)], model.coef_[len(knots) :]
    rest = z - matrix[inside] @ season
    trend = extrapolated(years[inside], rest, years[outside], end)
    early = years[outside] <= end
    if early.any():
        trend[early] = (np.interp(years[outside], knots, level) + model.intercept_)[early]
    return (trend + matrix[outside] @ season) * spread + center


def calendar_ridge(target):
    z, back = log_scale(target)
    both = pd.concat([X, X_test], ignore_index=True)
    stamps = pd.concat([moments_of(train), moments_of(test)], ignore_index=True)
    matrix, years = design(both, stamps)
    size, oof, began = len(train), np.full((len(train), 1), np.nan), time.time()
    later, until = np.arange(size, len(both)), began + share_of_time()
    forecast = back(calendar_fit(matrix, years, z, np.arange(size), later))[:, None]
    # The latest folds first: they are most like the forecast, and what that took says how many there is time for.
    for number, (inside, outside) in enumerate(folds[::-1]):
        if number and time.time() + (time.time() - began) / (number + 1) > until:
            break
        oof[outside, 0] = back(calendar_fit(matrix, years, z, inside, outside))
    return oof, forecast


pairs = [calendar_ridge(y)] if y.ndim == 1 else [calendar_ridge(y[:, t]) for t in range(y.shape[1])]
predictions["calendar-ridge"] = tuple(np.hstack(parts) for parts in zip(*pairs))
print(f"calendar-ridge: {METRIC} {note(predictions['calendar-ridge'][0]):.5f} out of fold")
