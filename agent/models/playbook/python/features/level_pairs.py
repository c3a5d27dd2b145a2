singles = [c for c in categories_of(X) if c in train.columns and X[c].cat.categories.size >= 2]
singles = sorted(singles, key=lambda c: -X[c].cat.categories.size)[:6]
for place, a in enumerate(singles):
    for b in singles[place + 1 :]:
        joined = [f[a].astype(str) + " | " + f[b].astype(str) for f in (X, X_test)]
        levels = joined[0].value_counts()
        if len(levels) > 0.5 * len(X):
            continue
        order = {level: code for code, level in enumerate(levels.index)}
        X[f"{a} with {b} count"] = np.log1p(joined[0].map(levels).fillna(0).to_numpy(dtype=float))
        X_test[f"{a} with {b} count"] = np.log1p(joined[1].map(levels).fillna(0).to_numpy(dtype=float))
        ENCODED[f"{a} with {b}"] = [v.map(order).fillna(-1).astype(int).to_numpy() for v in joined]
