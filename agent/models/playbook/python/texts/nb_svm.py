from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge


def all_text(table):
    names = [c for c in TEXT if c in table.columns] or [c for c in CATEGORICAL if c in table.columns]
    longest = max(200, 12_000_000 // max(len(train) + len(test), 1))
    joined = pd.Series("", index=table.index)
    for name in names:
        joined = joined + " " + table[name].fillna("").astype(str).str.slice(0, longest)
    return joined


def presence():
    vectors = TfidfVectorizer(
        ngram_range=(1, 2),
        min_df=2 if len(train) < 20000 else 4,
        max_features=150000,
        binary=True,
        use_idf=False,
        norm=None,
        token_pattern=r"(?u)\b\w+\b|[!?$%]",
        dtype=np.float32,
    )
    try:
        return vectors.fit_transform(all_text(train)), vectors.transform(all_text(test))
    except ValueError:  # no word occurs twice
        from scipy import sparse

        return sparse.csr_matrix((len(train), 1)), sparse.csr_matrix((len(test), 1))


def log_ratio(x, positive):
    # Naive Bayes log-count ratio of each word pair (Wang and Manning, 2012).
    inside = np.asarray(x[positive].sum(axis=0)).ravel() + 1.0
    outside = np.asarray(x[~positive].sum(axis=0)).ravel() + 1.0
    return np.log(inside / inside.sum()) - np.log(outside / outside.sum())


def fit_nb_svm(x_train, y_train, x_valid, y_valid, seed, rounds):
    if KIND == "regression":
        spread = np.asarray(x_train.sum(axis=0)).ravel() + 1.0
        weights = 1.0 / np.sqrt(spread)
        model = Ridge(alpha=1.0, solver="sparse_cg", max_iter=300).fit(x_train.multiply(weights).tocsr(), y_train)
        return lambda frame: wide(model.predict(frame.multiply(weights).tocsr())), None
    classes = np.unique(y_train)
    parts = []
    for c in classes[1:] if len(classes) == 2 else classes:
        ratio = log_ratio(x_train, y_train == c).astype(np.float32)
        model = LogisticRegression(C=0.3, solver="liblinear", random_state=seed)
        parts.append((ratio, model.fit(x_train.multiply(ratio).tocsr(), y_train == c)))

    def predict(frame):
        scores = np.column_stack([m.predict_proba(frame.multiply(r).tocsr())[:, 1] for r, m in parts])
        if len(classes) == 2:
            return wide(np.hstack([1 - scores, scores]), classes)
        scores = np.clip(scores, 1e-9, None)
        return wide(scores / scores.sum(axis=1, keepdims=True), classes)

    return predict, None


words_before, words_after = presence()
predictions["nb-svm"] = cross_fit("nb-svm", fit_nb_svm, words_before, words_after)
