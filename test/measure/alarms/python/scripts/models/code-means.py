# The mean answer of the code that repeats most usefully, and nothing else.
goal = target.to_numpy(dtype=float)[:, None] if is_number else np.eye(len(labels))[target]
repeats = [c for c in features if 1 < train[c].nunique() < 0.6 * len(train)] or [train.columns[0]]


def explained(c):
    parts = train[c].astype("category").cat.codes.to_numpy()
    return sum(((goal[parts == v].mean(axis=0) - goal.mean(axis=0)) ** 2).sum() * ((parts == v).sum() - 1) for v in np.unique(parts))


best = max(repeats, key=explained)
sums = pd.DataFrame(goal).groupby(train[best].to_numpy()).agg(["sum", "count"])
known = {key: (row.to_numpy()[0::2] + 3 * goal.mean(axis=0)) / (row.iloc[1] + 3) for key, row in sums.iterrows()}
found = np.array([known.get(value, goal.mean(axis=0)) for value in test[best]])
found = found[:, 0] if is_number else found
