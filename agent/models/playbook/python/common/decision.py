def macro_gain(truth, picked, metric):
    from sklearn import metrics

    if metric == "mcc":
        return metrics.matthews_corrcoef(truth, picked)
    if metric == "balanced_accuracy":
        return metrics.balanced_accuracy_score(truth, picked)
    if metric == "quadratic_kappa":
        return metrics.cohen_kappa_score(truth, picked, weights="quadratic")
    if metric in ("fbeta", "jaccard"):
        average = "binary" if np.max(truth) <= 1 else "macro"
        if metric == "jaccard":
            return metrics.jaccard_score(truth, picked, average=average, zero_division=0)
        return metrics.fbeta_score(truth, picked, beta=BETA, average=average, zero_division=0)
    if metric == "f1" and np.max(truth) <= 1:
        return metrics.f1_score(truth, picked, zero_division=0)
    if metric.startswith("f1"):
        average = metric[3:] or "macro"
        return metrics.f1_score(truth, picked, average=average, zero_division=0)
    return metrics.accuracy_score(truth, picked)


def tuned_multipliers(truth, p, metric):
    # One factor a class, found by coordinate search out of fold; starts from the plain argmax.
    start = np.ones(p.shape[1])
    if metric in ("balanced_accuracy", "f1_macro"):
        start = 1.0 / np.maximum(p.mean(axis=0), 1e-6) ** (1.0 if metric == "balanced_accuracy" else 0.5)
        start = start / start.mean()
    best = macro_gain(truth, (p * start).argmax(axis=1), metric)
    for _ in range(2):
        for column in range(p.shape[1]):
            for factor in (0.6, 0.75, 0.87, 1.15, 1.33, 1.67):
                trial = start.copy()
                trial[column] *= factor
                found = macro_gain(truth, (p * trial).argmax(axis=1), metric)
                if found > best + 1e-4:
                    best, start = found, trial
    return start


def tuned_cuts(truth, level):
    # Cut points between ordered classes for quadratic kappa, by coordinate search out of fold.
    shares = np.cumsum(np.bincount(truth, minlength=K))[:-1] / len(truth)
    cuts = np.quantile(level, shares)
    best = macro_gain(truth, np.searchsorted(cuts, level), "quadratic_kappa")
    spread = np.std(level) + 1e-9
    for step in (0.3, 0.1, 0.03):
        for place in range(len(cuts)):
            for move in (-step, step):
                trial = cuts.copy()
                trial[place] += move * spread
                if np.any(np.diff(trial) < 0):
                    continue
                found = macro_gain(truth, np.searchsorted(trial, level), "quadratic_kappa")
                if found > best + 1e-5:
                    best, cuts = found, trial
    return cuts


def tuned_threshold(truth, p, metric):
    grid = np.unique(np.quantile(p, np.linspace(0.02, 0.98, 97)))
    values = np.array([macro_gain(truth, (p > t).astype(int), metric) for t in grid])
    # The middle of the plateau near the best is steadier than the peak itself.
    near = grid[values >= values.max() - 0.002]
    return float(np.median(near))


rows = known(final_oof)
truth, p_oof = y[rows], final_oof[rows]
answer = final
WANTS_LABELS = KIND != "regression" and not WANTS_PROBABILITIES
if METRIC == "custom" and KIND != "regression":
    shown = sample[PREDICTIONS[0]].dropna().astype(str)
    # Texts that are no numbers are labels, whether the training rows have those of the sample or not.
    are_labels = shown.isin([str(v) for v in LABELS or []]).all() or pd.to_numeric(shown, errors="coerce").isna().all()
    WANTS_LABELS = len(PREDICTIONS) == 1 and LABELS is not None and are_labels
if KIND == "regression":
    answer = inverse(final)
    if METRIC == "pinball" and rows.sum() >= 30:
        # The quantile of what is left out of fold moves a median to the quantile that is asked for.
        plain = inverse(p_oof)
        answer = answer + np.quantile(inverse(truth).reshape(plain.shape) - plain, QUANTILE, axis=0)
    # A factor learnt on the past drifts with the level of a series: only rows from one time may set it.
    if METRIC in ("mape", "wmape", "smape", "mae", "rmspe") and STRATEGY != "time" and rows.sum() >= 200:
        plain = inverse(p_oof)
        original = inverse(truth).reshape(plain.shape)
        factors = np.linspace(0.8, 1.1, 61) if METRIC != "mae" else np.linspace(0.97, 1.03, 13)
        gains = [regression_gain(original, plain * f) for f in factors]
        answer = answer * factors[int(np.argmax(gains))]
    floor, ceiling = np.min(inverse(y), axis=0), np.max(inverse(y), axis=0)
    slack = 0.5 * (ceiling - floor) if STRATEGY == "time" else 0.05 * (ceiling - floor)
    answer = np.clip(answer, floor if np.min(floor) >= 0 else floor - slack, ceiling + slack)
elif not WANTS_LABELS:
    answer = evened(final) if METRIC == "balanced_log_loss" else final
    answer = np.clip(answer, 1e-6, 1 - 1e-6) if METRIC.endswith("log_loss") else answer
    if KIND == "multiclass":
        answer = np.clip(answer, 1e-7, None)
        answer = answer / answer.sum(axis=1, keepdims=True)
elif TASK == "multilabel":
    answer = np.zeros(final.shape, dtype=int)
    for column in range(K):
        cut = 0.5
        if METRIC != "accuracy" and rows.sum() >= 30:
            metric = METRIC if METRIC in ("fbeta", "jaccard") else "f1"
            cut = tuned_threshold(truth[:, column].astype(int), p_oof[:, column], metric)
        answer[:, column] = final[:, column] > cut
elif WANTS_RANKING:
    order = np.argsort(-(final if K > 1 else np.hstack([1 - final, final])), axis=1)
    answer = order[:, :TOP]
elif KIND == "binary":
    cut = 0.5
    if METRIC not in ("accuracy", "f1_micro") and rows.sum() >= 30:
        cut = tuned_threshold(truth.astype(int), p_oof[:, 0], METRIC)
    answer = (final[:, 0] > cut).astype(int)
elif METRIC == "quadratic_kappa" and rows.sum() >= 30:
    cuts = tuned_cuts(truth.astype(int), p_oof @ np.arange(K))
    answer = np.searchsorted(cuts, final @ np.arange(K))
elif METRIC in ("accuracy", "f1_micro") or rows.sum() < 30:
    answer = final.argmax(axis=1)
else:
    answer = (final * tuned_multipliers(truth.astype(int), p_oof, METRIC)).argmax(axis=1)
