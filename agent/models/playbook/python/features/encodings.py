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
X, X_test = put_beside(X, X_test, *({name: both[side] for name, both in counted.items()} for side in (0, 1)))
