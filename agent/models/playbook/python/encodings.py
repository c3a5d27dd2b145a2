def level_counts(name):
    joined = pd.concat([train[name], test[name]]).astype(str).value_counts()
    return [np.log1p(t[name].astype(str).map(joined).to_numpy(dtype=float)) for t in (train, test)]


def means_by_level(codes, targets, codes_wanted, prior_rows):
    # Mean of each target per level, drawn towards the overall mean when a level has few rows.
    size = int(max(codes.max(initial=0), codes_wanted.max(initial=0))) + 2
    counts = np.bincount(codes + 1, minlength=size)
    overall = targets.mean(axis=0)
    columns = []
    for t in range(targets.shape[1]):
        sums = np.bincount(codes + 1, weights=targets[:, t], minlength=size)
        columns.append(((sums + prior_rows * overall[t]) / (counts + prior_rows))[codes_wanted + 1])
    return np.column_stack(columns)


def encoding_targets():
    if KIND == "multiclass":
        shown = range(K) if K <= 8 else np.argsort(-np.bincount(y))[:8]
        return np.column_stack([(y == c).astype(float) for c in shown])
    return y.reshape(len(y), -1).astype(float)


def encode_by_target(name, codes, codes_test, prior_rows=20.0):
    # Out of fold for the training rows (over shuffled parts of its own, also where rows are ordered by time).
    from sklearn.model_selection import KFold

    targets = encoding_targets()
    parts = folds if STRATEGY != "time" else KFold(5, shuffle=True, random_state=SEED).split(codes)
    out = np.full(targets.shape, np.nan)
    for inside, outside in parts:
        out[outside] = means_by_level(codes[inside], targets[inside], codes[outside], prior_rows)
    out_test = means_by_level(codes, targets, codes_test, prior_rows)
    for t in range(targets.shape[1] - (KIND == "multiclass" and K <= 8)):
        X[f"{name} mean {t}"], X_test[f"{name} mean {t}"] = out[:, t], out_test[:, t]


for name in categories_of(X):
    if X[name].cat.categories.size < 8:
        continue
    X[f"{name} count"], X_test[f"{name} count"] = level_counts(name)
    encode_by_target(name, X[name].cat.codes.to_numpy(), X_test[name].cat.codes.to_numpy())
