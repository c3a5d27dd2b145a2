# include: series/series.py


WINDOWS = (7.0, 28.0, 91.0, 364.0)


def means_between(past_days, sums, counts, low, high):
    # Mean of the values whose day lies in (low, high], from running sums; NaN where there is none.
    a, b = np.searchsorted(past_days, low, "right"), np.searchsorted(past_days, high, "right")
    size = counts[b] - counts[a]
    return np.where(size > 0, (sums[b] - sums[a]) / np.maximum(size, 1), np.nan)


def running(days, values):
    order = np.argsort(days, kind="stable")
    return days[order], np.r_[0.0, np.cumsum(values[order])], np.arange(len(days) + 1.0)


def lags_of(days, past_days, past_values, start):
    # What is known when the forecast starts: recent means, the same weekday's, and the same days of past years.
    made = {"horizon": days - start}
    every = running(past_days, past_values)
    for window in WINDOWS:
        made[f"mean {window:.0f}"] = means_between(*every, np.full(len(days), start - window), np.full(len(days), start))
    for back in (1, 2):
        shift = days - back * 364.0
        late = shift > start  # not known yet when the forecast starts
        for wide_by in (3.5, 14.0):
            found = means_between(*every, shift - wide_by - 1e-9, np.minimum(shift + wide_by, start))
            made[f"year {back} within {wide_by:.0f}"] = np.where(late, np.nan, found)
    cycle = np.floor(days % 7).astype(int) if len(np.unique(np.floor(past_days % 7))) > 2 else np.zeros(len(days), int)
    past_cycle = np.floor(past_days % 7).astype(int) if cycle.any() else np.zeros(len(past_days), int)
    for name, window in (("weekday 56", 56.0), ("weekday 364", 364.0)):
        made[name] = np.full(len(days), np.nan)
        for c in np.unique(cycle):
            own, rows = past_cycle == c, cycle == c
            if own.any():
                low = np.full(rows.sum(), start - window)
                made[name][rows] = means_between(*running(past_days[own], past_values[own]), low, np.full(rows.sum(), start))
    hours = np.floor(days % 1 * 24 + 1e-6)
    if len(np.unique(hours)) > 1:
        past_hours = np.floor(past_days % 1 * 24 + 1e-6)
        by_hour = pd.Series(past_values[past_days > start - 28], dtype=float).groupby(past_hours[past_days > start - 28]).mean()
        made["hour 28"] = pd.Series(hours).map(by_hour).to_numpy(dtype=float)
    return pd.DataFrame(made)


def lag_frame(days, keys, rows, past, values, start):
    # Lags of the wanted rows, series by series, from rows up to the start of the forecast only.
    past = past[days[past] <= start]
    by_series = pd.Series(past).groupby(keys[past]).indices
    parts = []
    for key, places in pd.Series(rows).groupby(keys[rows]).indices.items():
        own = past[by_series[key]] if key in by_series else np.array([], dtype=int)
        frame = lags_of(days[rows[places]], days[own], values[own], start)
        parts.append(frame.set_axis(rows[places], axis=0))
    made = pd.concat(parts).reindex(rows)
    level = made["mean 364"].fillna(made["mean 91"]).fillna(made["year 1 within 14"])
    made["level"] = level.fillna(values[past].mean() if len(past) else 0.0)
    made["level"] = made["mean 91"].where(made["mean 364"].isna(), made["level"]).fillna(made["level"])
    return made


def boosted(features, target, seed):
    objective = "absolute_error" if ABSOLUTE else "squared_error"
    size = len(features)
    try:
        import lightgbm as lgb

        model = lgb.LGBMRegressor(
            objective="regression_l1" if objective == "absolute_error" else "regression",
            n_estimators=400,
            learning_rate=0.03,
            num_leaves=15,
            min_child_samples=max(5, min(40, size // 100)),
            colsample_bytree=0.5,
            subsample=0.7,
            subsample_freq=1,
            reg_lambda=5.0,
            random_state=seed,
            n_jobs=THREADS,
            deterministic=True,
            force_row_wise=True,
            verbosity=-1,
        )
    except ImportError:
        from sklearn.ensemble import HistGradientBoostingRegressor

        model = HistGradientBoostingRegressor(
            loss=objective, max_iter=200, learning_rate=0.05, max_leaf_nodes=15, random_state=seed
        )
    return model.fit(features, target)


def season_columns(table):
    # Columns that say where in a cycle a row is; the year and the running day say nothing of years to come.
    apart = ("elapsed", "year", "row")
    kept = [c for c in table.columns if not any(c == a or c.endswith(f" {a}") for a in apart)]
    return as_numbers(table[kept]).set_axis([f"f{i}" for i in range(len(kept))], axis=1)


def lag_forecast(days, keys, context, values, inside, outside, seed):
    # Training rows are cut into forecasts as long as the real one; the model learns what to add to the level.
    inside = inside[np.argsort(days[inside], kind="stable")]
    if len(inside) > 80000:
        inside = inside[-80000:]
    end, begin = days[inside].max(), days[inside].min()
    reach = max(days[outside].max() - end, (end - begin) / 40, 1e-6)
    reach = min(reach, (end - begin) / 3 + 1e-6)
    parts, start = [], end - reach
    for shift in (0.0, 0.5):
        start = end - reach * (1 + shift)
        while start > begin + 0.1 * (end - begin) and len(parts) < 24:
            rows = inside[(days[inside] > start) & (days[inside] <= start + reach)]
            if len(rows):
                parts.append(lag_frame(days, keys, rows, inside, values, start))
            start -= reach
    if not parts:
        return np.full(len(outside), np.mean(values[inside]))
    made = pd.concat(parts)
    wanted = lag_frame(days, keys, outside, inside, values, end)
    relative = [c for c in made.columns if c not in ("horizon", "level")]

    def table(frame):
        shown = frame[relative].sub(frame["level"], axis=0)
        shown["horizon"] = frame["horizon"]
        shown.columns = [c.replace(" ", "_") for c in shown.columns]
        return pd.concat([shown.reset_index(drop=True), context.iloc[frame.index].reset_index(drop=True)], axis=1)

    gap = values[made.index] - made["level"].to_numpy()
    if len(made) < 20 or np.unique(gap).size < 2:
        return wanted["level"].to_numpy() + float(np.mean(gap))
    return wanted["level"].to_numpy() + boosted(table(made), gap, seed).predict(table(wanted))
