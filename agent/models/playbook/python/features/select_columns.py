from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

if X.shape[1] > 8:
    # Columns that a forest uses less than made-up noise are dropped.
    rng = np.random.default_rng(SEED)
    noise = rng.normal(size=(len(X), 3))
    seen = np.hstack([as_numbers(X).fillna(-999.0).to_numpy(), noise])
    some = rng.choice(len(X), min(len(X), 20000), replace=False)
    kind = ExtraTreesRegressor if KIND == "regression" or y.ndim > 1 else ExtraTreesClassifier
    forest = kind(100, min_samples_leaf=5, max_features=0.4, n_jobs=THREADS, random_state=SEED)
    forest.fit(seen[some], y[some])
    used = forest.feature_importances_
    kept = [c for c, share in zip(X.columns, used[:-3]) if share > 0.5 * used[-3:].mean()]
    if len(kept) >= 3:
        X, X_test = X[kept].copy(), X_test[kept].copy()
