def clock(table, name):
    moments = dates_in(table, name)
    return (moments.dt.hour * 60 + moments.dt.minute + moments.dt.second / 60).to_numpy(dtype=float)


def shares_near(groups, minutes, low, high):
    # Share of the rows of the same group whose time of day lies low..high minutes from this row's own.
    share = np.full(len(minutes), np.nan)
    for rows in groups:
        own = minutes[rows]
        own_known = own[~np.isnan(own)]
        around = np.sort(np.r_[own_known - 1440, own_known, own_known + 1440])
        inside = np.searchsorted(around, own + high, "right") - np.searchsorted(around, own + low, "left")
        share[rows] = np.where(np.isnan(own), np.nan, inside / max(len(own_known), 1))
    return share


def usual_keys(limit):
    # Columns, and pairs of them, with enough rows a level to know its usual times.
    both = pd.concat([train, test], ignore_index=True)
    names = [c for c in CATEGORICAL if c in both.columns and c in test.columns and c not in TARGETS + [ID]]
    names = [c for c in names if 2 <= both[c].nunique() <= len(both) / 5][:4]
    keys = {c: both[c].astype(str) for c in names}
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            paired = both[first].astype(str) + " / " + both[second].astype(str)
            if paired.nunique() <= len(both) / 5:
                keys[f"{first} and {second}"] = paired
    ranked = sorted(keys, key=lambda k: -keys[k].nunique())[:limit]
    return {k: keys[k] for k in ranked}


SPANS = ((-3, 3), (-15, 15), (-60, 60), (-90, -45), (-45, -20), (-20, -8), (-8, -1), (1, 8), (8, 20), (20, 45), (45, 90))


# Keys are searched for once, and times of day that are looked at are few: there may be a hundred of both.
KEYS = usual_keys(3)
CLOCKS = 4


def usual_times(name):
    minutes = np.r_[clock(train, name), clock(test, name)]
    known_minutes = minutes[~np.isnan(minutes)]
    if len(known_minutes) < 50 or len(np.unique(known_minutes)) < 12:
        return {}  # no time of day, or a coarse one
    made = {f"{name} minute of five": minutes % 5, f"{name} minute of hour": minutes % 60}
    for rank, (key, values) in enumerate(KEYS.items()):
        groups = list(values.groupby(values).indices.values())
        sizes = values.map(values.value_counts()).to_numpy(dtype=float)
        made[f"{key} rows"] = sizes
        for low, high in SPANS if rank == 0 else SPANS[:3]:
            share = shares_near(groups, minutes, low, high)
            made[f"{name} share {low}..{high} min of {key}"] = share
    return made


told = {}
for name in [c for c in DATES if c in train.columns and c in test.columns]:
    if len(told) < CLOCKS:
        told.update({name: found for found in [usual_times(name)] if found})
shown = {column: values for found in told.values() for column, values in found.items()}
usual, usual_test = ({c: v[rows] for c, v in shown.items()} for rows in (slice(len(train)), slice(len(train), None)))
X, X_test = put_beside(X, X_test, usual, usual_test)
