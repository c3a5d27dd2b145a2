def label_score(truth, p):
    from sklearn import metrics

    labels = p.argmax(axis=1) if p.shape[1] > 1 else (p[:, 0] > 0.5).astype(int)
    truth = truth.reshape(len(p), -1)[:, 0].astype(int)
    binary = "binary" if K <= 2 else "macro"
    if METRIC == "fbeta":
        return metrics.fbeta_score(truth, labels, beta=BETA, average=binary, zero_division=0)
    if METRIC == "jaccard":
        return metrics.jaccard_score(truth, labels, average=binary, zero_division=0)
    average = {"f1_macro": "macro", "f1_micro": "micro", "f1_weighted": "weighted"}.get(METRIC, "binary")
    if METRIC == "accuracy":
        return metrics.accuracy_score(truth, labels)
    if METRIC == "balanced_accuracy":
        return metrics.balanced_accuracy_score(truth, labels)
    if METRIC == "mcc":
        return metrics.matthews_corrcoef(truth, labels)
    if METRIC == "quadratic_kappa":
        return metrics.cohen_kappa_score(truth, labels, weights="quadratic")
    return metrics.f1_score(truth, labels, average=average if K <= 2 or average != "binary" else "macro")


def note(oof):
    # What the script says of itself, in the metric's own terms and direction.
    rows = known(oof)
    if not rows.any():
        return float("nan")
    truth, p = y[rows], oof[rows]
    in_labels = METRIC in ("accuracy", "balanced_accuracy", "mcc", "quadratic_kappa", "fbeta", "jaccard") or METRIC.startswith("f1")
    if KIND != "regression" and in_labels and TASK != "multilabel":
        return label_score(truth, p)
    if METRIC == "r2":
        original = inverse(truth).reshape(len(p), -1)
        return 1 - np.sum((original - inverse(p)) ** 2) / np.sum((original - original.mean(axis=0)) ** 2)
    if KIND != "regression" and METRIC == "balanced_log_loss":
        return even_log_loss_of(truth, evened(p))
    worth = {
        "map_at_k": lambda place: 1 / place,
        "ndcg_at_k": lambda place: 1 / np.log2(1 + place),
        "top_k_accuracy": lambda place: np.ones(len(place)),
    }.get(METRIC)
    if KIND == "multiclass" and worth is not None:
        first = np.argsort(-p, axis=1)[:, :TOP]
        return ((first == truth.reshape(-1, 1)) * worth(np.arange(1, first.shape[1] + 1))).sum(axis=1).mean()
    return gain(truth, p) if MAXIMIZE else -gain(truth, p)
