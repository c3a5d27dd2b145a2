def level_counts(name):
    joined = pd.concat([train[name], test[name]]).astype(str).value_counts()
    return [np.log1p(t[name].astype(str).map(joined).to_numpy(dtype=float)) for t in (train, test)]


for name in categories_of(X):
    if X[name].cat.categories.size < 8 or name not in train.columns:
        continue
    X[f"{name} count"], X_test[f"{name} count"] = level_counts(name)
    # The means themselves are taken inside each fold of `cross_fit`, so that no row sees its own answer.
    ENCODED[name] = X[name].cat.codes.to_numpy(), X_test[name].cat.codes.to_numpy()
