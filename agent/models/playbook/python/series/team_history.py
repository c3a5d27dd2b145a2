from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def history_matrix():
    # What the past says of both entities, and the small categories (league, ground) beside it.
    columns = [c for c in X.columns if c.startswith("history ")]
    columns = columns or [c for c in X.columns if c not in categories_of(X)]
    numbers = pd.concat([X[columns], X_test[columns]], ignore_index=True).astype(float)
    level = numbers.iloc[: len(X)].median()
    parts = [numbers.fillna(level).fillna(0.0).to_numpy()]
    for c in categories_of(X):
        if X[c].cat.categories.size <= 20:
            codes = np.r_[X[c].cat.codes, X_test[c].cat.codes]
            parts.append(0.5 * (codes[:, None] == np.unique(codes[: len(X)])[None, :]))
    joined = np.hstack(parts)
    # Rows from before the first ratings teach nothing about ratings.
    rated = numbers.iloc[: len(X)].notna().mean(axis=1).to_numpy() > 0.4
    return joined[: len(X)], joined[len(X) :], rated


def fit_history(x_train, y_train, x_valid, y_valid, seed, rounds):
    usable = x_train[:, -1] > 0
    if usable.sum() < 30 or len(np.unique(y_train[usable])) < len(np.unique(y_train)):
        usable = np.ones(len(x_train), dtype=bool)
    x_train, y_train = x_train[usable, :-1], y_train[usable]
    if KIND == "regression":
        model = make_pipeline(StandardScaler(), Ridge(alpha=30.0)).fit(x_train, y_train)
        return lambda frame: wide(model.predict(frame[:, :-1])), None
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.02, max_iter=1000))
    model.fit(x_train, y_train)
    return lambda frame: wide(model.predict_proba(frame[:, :-1]), model[-1].classes_), None


before, after, rated = history_matrix()
before = np.column_stack([before, rated.astype(float)])
after = np.column_stack([after, np.ones(len(after))])
predictions["team-history"] = cross_fit("team-history", fit_history, before, after)
