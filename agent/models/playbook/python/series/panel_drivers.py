# include: series/series.py


def panel_keys():
    # Codes of what tells rows of a panel apart: each column of the series' names and each category that goes with them.
    both = pd.concat([train, test], ignore_index=True)
    series = np.unique(series_names().astype(str), return_inverse=True)[1]
    found, names = {}, [c for c in CATEGORICAL + NUMERIC if c in both.columns and c in test.columns and c not in (ID, TIME)]
    for c in names:
        codes, levels = pd.factorize(both[c].astype(str))
        same = pd.DataFrame({"s": series, "c": codes}).groupby("s")["c"].nunique().max() == 1
        if same and 2 <= len(levels) < series.max() + 1 and len(found) < 5:
            found[c] = codes
    return found, series


def panel_numbers():
    # Numbers that change within a series and are known of the rows asked for: prices, promotions, visitors.
    both = pd.concat([train, test], ignore_index=True)
    series = series_names()
    made = {}
    for c in NUMERIC:
        if c not in test.columns or c not in both.columns or c in (ID, TIME, GROUP) or c in DATES:
            continue
        values = pd.to_numeric(both[c], errors="coerce").astype(float).replace([np.inf, -np.inf], np.nan)
        inner = values.groupby(series).nunique()
        if (inner > 1).mean() > 0.2 and values.notna().mean() > 0.5 and len(made) < 12:
            made[c] = values
    return made


def panel_drivers():
    # Own height of a price or another number against what is usual for its series, in logarithms where it is above
    # nothing, how it was a row before, and how it stands for the others of the same time and key.
    keys, series = panel_keys()
    days = np.r_[series_days(train), series_days(test)]
    times = np.unique(days, return_inverse=True)[1]
    pairs = [codes for codes in keys.values()]
    groups = {c: pd.factorize(times.astype(np.int64) * 100_000 + codes)[0] for c, codes in keys.items()}
    names = list(keys)
    for i, a in enumerate(names[:3]):
        for b in names[i + 1 : 3]:
            joint = pairs[i].astype(np.int64) * 100_000 + pairs[names.index(b)]
            groups[f"{a} and {b}"] = pd.factorize(times.astype(np.int64) * (joint.max() + 1) + joint)[0]
    order = np.lexsort((days, series))
    made = {}
    for c, values in panel_numbers().items():
        is_price = values.min() > 0 and values.nunique() > 8
        values = np.log(values) if is_price else values
        usual = values.groupby(series).transform("median" if is_price else "mean")
        own = (values - usual).fillna(0.0).to_numpy()
        own = own / (np.std(own) + 1e-12)
        made[f"{c} own"] = own
        before = np.zeros(len(own))
        follows = np.r_[False, series[order][1:] == series[order][:-1]]
        before[order[follows]] = own[order[np.flatnonzero(follows) - 1]]
        made[f"{c} before"] = before
        for label, codes in groups.items():
            size = np.bincount(codes)[codes]
            if (size > 1).mean() > 0.5:
                rest = (np.bincount(codes, own)[codes] - own) / np.maximum(size - 1, 1)
                made[f"{c} of others by {label}"] = rest
    return made, keys, series, days
