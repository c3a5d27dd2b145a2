# include: features/days_of.py


def series_days(table):
    # When each row is, in days; the order of the rows where no date can be read.
    days = days_of(table)
    if np.isnan(days).all():
        return np.arange(len(table), dtype=float)
    return np.where(np.isnan(days), np.nanmedian(days), days)


def series_names():
    # Which columns tell the series apart: those that make most dates unique; none for a single series.
    both = pd.concat([train, test], ignore_index=True)
    days = np.r_[series_days(train), series_days(test)]
    key = pd.Series("", index=both.index)
    names = [GROUP] if GROUP in test.columns else []
    names += [c for c in CATEGORICAL + NUMERIC if c in test.columns and c not in names + [ID, TIME]]
    for c in [None] + names:
        longer = key if c is None else key + "|" + both[c].astype(str)
        levels = longer.nunique()
        if levels > len(both) / 15:
            continue
        repeated = pd.DataFrame({"k": longer, "d": days}).duplicated().mean()
        before = pd.DataFrame({"k": key, "d": days}).duplicated().mean()
        if c is None or repeated < before - 0.02:
            key = longer
        if repeated < 0.02:
            break
    return key.to_numpy()


def log_scale(target):
    # Seasons multiply: the logarithm where the answer is not one already, and the way back. A few zeros are
    # accidents and count as a low value; many belong to small counts, which are moved by one.
    low, high = float(np.min(target)), float(np.max(target))
    plain = abs(float(np.ravel(inverse(np.ones(1)))[0]) - 1.0) < 1e-9
    floor, shift = low, 0.0
    if low <= 0 < high:
        few = np.mean(target <= 0) <= 0.05
        floor, shift = (float(np.quantile(target[target > 0], 0.02)), 0.0) if few else (0.0, 1.0)
    if low < 0 or not plain or floor + shift <= 0 or (high + shift) / (floor + shift) > 1e4:
        return target, lambda values: values
    logs = np.log(np.maximum(target, floor) + shift)
    ceiling = np.max(logs) + np.std(logs)
    return logs, lambda values: np.exp(np.minimum(values, ceiling)) - shift
