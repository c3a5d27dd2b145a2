def left():
    # Seconds of this script's own budget that are not used yet.
    return SECONDS - (time.time() - STARTED)


def wide(values, classes=None):
    # Predictions as a float matrix; class columns that a part of the rows lacked are filled with zero.
    values = np.asarray(values, dtype=float)
    if KIND == "binary" and values.ndim == 2 and values.shape[1] == 2:
        values = values[:, 1]
    if KIND == "binary" and values.ndim == 2 and classes is not None and len(classes) == 1:
        values = np.full(len(values), float(classes[0]))
    if values.ndim == 1:
        values = values[:, None]
    if KIND == "multiclass" and classes is not None and values.shape[1] != K:
        filled = np.zeros((len(values), K))
        filled[:, np.asarray(classes, dtype=int)] = values
        values = filled
    return values


def rows_of(frame, positions):
    return frame.iloc[positions] if hasattr(frame, "iloc") else frame[positions]


def constant(y_train):
    # What to predict when a part of the rows holds a single class or value.
    if KIND == "multiclass":
        level = np.bincount(y_train.astype(int), minlength=K) / len(y_train)
    else:
        level = np.array([np.mean(y_train)])
    return lambda frame: np.tile(level, (frame.shape[0], 1))


# include: features/fold_encodings.py


# Models with other seeds that are averaged in the next `cross_fit`.
BAGS = 1


# include: common/pace.py


def fit_once(fit, parts, target, fold, seed):
    y_inside = target[fold[0]]
    if len(np.unique(y_inside)) < 2:
        return constant(y_inside), None
    bags = BAGS if PACE >= 1 else 1
    fitted = [fit(parts[0], y_inside, parts[1], target[fold[1]], seed + 100 * bag, None) for bag in range(bags)]
    used = [rounds for _, rounds in fitted if rounds is not None]
    return lambda frame: np.mean([p(frame) for p, _ in fitted], axis=0), max(used, default=None)


def parts_of(x, x_test, target, inside, outside):
    # The three parts of a fold; of a very wide table the columns that promise most, as seen from inside.
    parts = with_encodings(x, x_test, target, inside, outside)
    if x is not X:
        return parts
    with warnings.catch_warnings():
        # A column may be empty inside of a fold.
        warnings.simplefilter("ignore")
        kept = telling(parts[0], target[inside], most_columns(len(inside)))
    return parts if len(kept) == parts[0].shape[1] else [p if p is None else p[kept] for p in parts]


def cross_fit_one(name, fit, x, x_test, target, seconds):
    global PACE
    width = K if KIND == "multiclass" else 1
    oof = np.full((x.shape[0], width), np.nan)
    tests, rounds, began = [], [], time.time()
    fits = len(folds) + (STRATEGY == "time")
    # Of folds that go forward in time the latest first: where time is short, all models then validate the same rows.
    turns_of_folds = list(enumerate(folds))[:: -1 if STRATEGY == "time" else 1]
    usual = 0.0

    def try_out(inside, outside):
        parts = parts_of(x, None, target, inside, outside)
        fit_once(fit, parts, target, (inside, outside), SEED)[0](parts[1])

    PACE = first_pace(try_out, *turns_of_folds[0][1], fits, seconds)
    for done, (number, (inside, outside)) in enumerate(turns_of_folds, 1):
        moment, inside = time.time(), thinned(inside, SEED + number)
        parts = parts_of(x, x_test, target, inside, outside)
        predict, used = fit_once(fit, parts, target, (inside, outside), SEED + number)
        oof[outside] = predict(parts[1])
        if used is not None:
            rounds.append(used / max(PACE, 0.25))
        if STRATEGY != "time":
            tests.append(predict(parts[2]))
        slow, rest = time.time() - moment, seconds - (time.time() - began)
        # What the fold took says how much the others may do; more only where it was cut too short.
        usual = max(usual, slow / PACE)
        PACE = min(max(PACE, 1.0), pace_for(rest, usual * max(1, fits - done)))
        if rest < slow / 8 and done < len(folds):
            print(f"{name}: stopped after {done} folds, the time is short")
            break
    if not tests:
        # Folds go forward in time: the model for the test rows has to see the latest rows too.
        final = int(np.median(rounds) * max(PACE, 0.25) * 1.1) + 1 if rounds else None
        inside = thinned(np.arange(len(target)), SEED)
        parts = parts_of(x, x_test, target, inside, None)
        predict, _ = fit(parts[0], target[inside], None, None, SEED, final)
        tests.append(predict(parts[2]))
    PACE = 1.0
    return oof, np.mean(tests, axis=0)


def cross_fit(name, fit, x=None, x_test=None):
    # Out-of-fold and test predictions of one model; several targets are fitted one by one.
    global BAGS
    x, x_test = (X, X_test) if x is None else (x, x_test)
    if left() < -SECONDS and predictions:
        BAGS = 1
        print(f"{name}: left out, the time is over")
        return np.full((len(y), K), np.nan), np.full((x_test.shape[0], K), np.nan)
    until = time.time() + share_of_time()
    targets, pairs = [y] if y.ndim == 1 else list(y.T), []
    for at, target in enumerate(targets):
        pairs.append(cross_fit_one(name, fit, x, x_test, target, (until - time.time()) / (len(targets) - at)))
    pair = tuple(np.hstack([p[side] for p in pairs]) for side in (0, 1))
    BAGS = 1
    print(f"{name}: {METRIC} {note(pair[0]):.5f} out of fold, {time.time() - STARTED:.0f} s so far")
    return pair


def members():
    # Models that were fitted; one that found no time left has no part in a blend.
    return [name for name in predictions if known(predictions[name][0]).any()] or list(predictions)


def put_beside(frame, frame_test, made, made_test):
    # Columns beside the others, all at once: one by one takes long where there are thousands. Those of before are replaced.
    return [
        pd.concat([f.drop(columns=[*new], errors="ignore"), pd.DataFrame(new, index=f.index)], axis=1)
        for f, new in ((frame, made), (frame_test, made_test))
    ]


def most_columns(rows):
    # Columns that trees of `rows` rows can be grown on in the time: each costs its rows, and its cuts in every leaf.
    return int(max(300, 80_000 * SECONDS / (rows + 3000)))


def telling(frame, target, most):
    # Of very many columns those that alone go along with the target most, by their height or by their distance from
    # the middle, in the order of the table.
    if frame.shape[1] <= most:
        return list(frame.columns)
    values = as_numbers(frame).to_numpy()
    middle = np.nanmean(values, axis=0, dtype=float)
    values = np.where(np.isfinite(values), values - middle, 0.0)
    aims = encoding_targets(target)
    aims = aims - aims.mean(axis=0)
    pull = np.zeros(frame.shape[1])
    for seen in (values, np.abs(values) - np.abs(values).mean(axis=0)):
        lengths = np.sqrt((seen**2).sum(axis=0))[:, None] * np.sqrt((aims**2).sum(axis=0))
        pull = np.maximum(pull, np.abs(seen.T @ aims / np.maximum(lengths, 1e-12)).max(axis=1))
    return [frame.columns[at] for at in sorted(np.argsort(-pull, kind="stable")[:most])]


def categories_of(frame):
    return [c for c in frame.columns if isinstance(frame[c].dtype, pd.CategoricalDtype)]


def as_numbers(frame):
    # Category codes (missing is -1 as NaN) and floats, for models that take numbers only.
    columns = {}
    for c in frame.columns:
        if isinstance(frame[c].dtype, pd.CategoricalDtype):
            columns[c] = frame[c].cat.codes.astype("float32").where(frame[c].notna())
        else:
            columns[c] = frame[c].astype("float32")
    return pd.DataFrame(columns, index=frame.index)


def one_hot(levels_at_most=60, rare=10):
    # Dense or sparse matrix for linear models: scaled numbers with gaps filled and marked, one-hot levels.
    from scipy import sparse
    from sklearn.preprocessing import OneHotEncoder, QuantileTransformer

    both = pd.concat([X, X_test], ignore_index=True)
    cats = categories_of(both)
    numbers = both[[c for c in both.columns if c not in cats]].astype(float)
    numbers = numbers.replace([np.inf, -np.inf], np.nan)
    size = len(X)
    parts = []
    if numbers.shape[1]:
        gaps = numbers.isna().iloc[:size]
        marked = [c for c in numbers.columns if 0.01 < gaps[c].mean() < 0.99]
        filled = numbers.fillna(numbers.iloc[:size].median()).fillna(0.0)
        spread = filled.iloc[:size].std().replace(0, 1.0)
        parts.append(((filled - filled.iloc[:size].mean()) / spread).clip(-4, 4).to_numpy())
        if numbers.shape[1] <= 300:
            quantiles = QuantileTransformer(
                n_quantiles=min(200, size), output_distribution="normal", random_state=SEED
            )
            quantiles.fit(filled.iloc[:size])
            parts.append(np.clip(quantiles.transform(filled), -3, 3))
        parts.append(numbers[marked].isna().astype(float).to_numpy())
    if cats:
        # Hundreds of categories make tens of thousands of columns.
        levels_at_most = levels_at_most if len(cats) <= 100 else min(levels_at_most, 10)
        encoder = OneHotEncoder(
            handle_unknown="infrequent_if_exist", min_frequency=rare, max_categories=levels_at_most
        )
        text = both[cats].astype(object).where(both[cats].notna(), "(missing)").astype(str)
        encoder.fit(text.iloc[:size])
        parts.append(encoder.transform(text))
    if not parts:
        parts.append(np.zeros((len(both), 1)))
    width = sum(p.shape[1] for p in parts)
    held = sum(p.nnz if sparse.issparse(p) else p.size for p in parts)
    # Products of sparse matrices that are hardly sparse take many times as long; up to half a gigabyte is held instead.
    if width < 400 or (held > 0.25 * len(both) * width and len(both) * width < 60_000_000):
        joined = np.hstack([p.toarray() if sparse.issparse(p) else p for p in parts])
    else:
        joined = sparse.hstack([sparse.csr_matrix(p) for p in parts]).tocsr()
    return joined[:size], joined[size:]


def log_loss_of(truth, p):
    if KIND == "multiclass":
        p = np.clip(p, 1e-15, None)
        p = p / p.sum(axis=1, keepdims=True)
        return -np.mean(np.log(p[np.arange(len(truth)), truth.astype(int)]))
    p = np.clip(p, 1e-15, 1 - 1e-15)
    truth = truth.reshape(p.shape)
    return -np.mean(truth * np.log(p) + (1 - truth) * np.log(1 - p))


def regression_gain(truth, p):
    from scipy.stats import rankdata

    if METRIC in ("mae", "custom"):
        return -np.mean(np.abs(truth - p))
    if METRIC == "mape":
        return -np.mean(np.abs(truth - p) / np.maximum(np.abs(truth), 1e-9))
    if METRIC == "smape":
        return -np.mean(2 * np.abs(truth - p) / np.maximum(np.abs(truth) + np.abs(p), 1e-9))
    if METRIC == "wmape":
        return -np.sum(np.abs(truth - p)) / np.maximum(np.sum(np.abs(truth)), 1e-9)
    if METRIC == "rmspe":
        return -np.sqrt(np.mean(((truth - p)[truth != 0] / truth[truth != 0]) ** 2))
    if METRIC == "pinball":
        return -np.mean(np.maximum(QUANTILE * (truth - p), (QUANTILE - 1) * (truth - p)))
    if METRIC in ("rmsle", "msle"):
        error = np.log1p(np.maximum(truth, 0)) - np.log1p(np.maximum(p, 0))
        return -np.sqrt(np.mean(error**2)) if METRIC == "rmsle" else -np.mean(error**2)
    if METRIC == "pearson":
        return np.corrcoef(truth.ravel(), p.ravel())[0, 1] if np.std(p) > 0 else 0.0
    if METRIC == "spearman":
        ranks = [rankdata(v) for v in (truth.ravel(), p.ravel())]
        return np.corrcoef(ranks)[0, 1] if np.std(ranks[1]) > 0 else 0.0
    return -np.mean((truth - p) ** 2) if METRIC == "mse" else -np.sqrt(np.mean((truth - p) ** 2))


def area(truth, p):
    from scipy.stats import rankdata

    positive = truth > 0.5
    count, rest = positive.sum(), (~positive).sum()
    if count == 0 or rest == 0:
        return 0.5
    return (rankdata(p)[positive].sum() - count * (count + 1) / 2) / (count * rest)


def of_order(truth, p):
    # Metrics of one class against the rest that look at the order only.
    if METRIC == "average_precision":
        from sklearn.metrics import average_precision_score

        return average_precision_score(truth > 0.5, p) if np.any(truth > 0.5) else 0.0
    return 2 * area(truth, p) - 1 if METRIC == "gini" else area(truth, p)


def evened(p):
    # A model knows how common a class is; some metrics ask as if all were equally common.
    if KIND == "multiclass":
        p = p / np.clip(np.bincount(y.astype(int), minlength=K) / len(y), 1e-6, None)
        return p / p.sum(axis=1, keepdims=True)
    prior = np.clip(np.mean(y.reshape(len(y), -1), axis=0), 1e-6, 1 - 1e-6)
    return p / prior / (p / prior + (1 - p) / (1 - prior))


def even_log_loss_of(truth, p):
    # Log loss within each class, mean over the classes.
    columns = [truth.ravel() if KIND == "multiclass" else column for column in truth.reshape(len(p), -1).T]
    parts = []
    for at, column in enumerate(columns):
        shown = p if KIND == "multiclass" else p[:, [at]]
        parts += [log_loss_of(column[column == c], shown[column == c]) for c in np.unique(column)]
    return np.mean(parts)


def gain(truth, p):
    # How good predictions are, higher is better; classes whose answer is a label are compared by log loss.
    if KIND == "regression":
        return regression_gain(inverse(truth).reshape(len(p), -1), inverse(p))
    if METRIC.startswith("roc_auc") or METRIC in ("gini", "average_precision"):
        if KIND == "multiclass":
            return np.mean([of_order(truth == c, p[:, c]) for c in range(K)])
        truth = truth.reshape(p.shape)
        return np.mean([of_order(truth[:, c], p[:, c]) for c in range(p.shape[1])])
    if METRIC == "brier":
        shown = truth.reshape(p.shape) if KIND == "binary" else np.eye(p.shape[1])[truth.astype(int)]
        return -np.mean((p - shown) ** 2) * (p.shape[1] if KIND == "multiclass" else 1)
    return -log_loss_of(truth, p)


def known(oof):
    return ~np.isnan(oof).any(axis=1)


# include: common/own_score.py
