def level_counts(name):
    both = [f[name].cat.codes.to_numpy() + 1 for f in (X, X_test)]
    counts = np.bincount(np.concatenate(both), minlength=X[name].cat.categories.size + 1)
    return [np.log1p(counts[codes].astype(float)) for codes in both]


counted = {}
for name in categories_of(X):
    if X[name].cat.categories.size < 8:
        continue
    counted[f"{name} count"] = level_counts(name)
    # The means themselves are taken inside each fold of `cross_fit`, so that no row sees its own answer.
    ENCODED[name] = X[name].cat.codes.to_numpy(), X_test[name].cat.codes.to_numpy()
# Put beside at once, as in the first table: one by one takes long where there are thousands. Those of before are replaced.
X, X_test = (
    pd.concat([f.drop(columns=[*counted], errors="ignore"), pd.DataFrame({c: both[side] for c, both in counted.items()}, index=f.index)], axis=1)
    for side, f in enumerate((X, X_test))
)
