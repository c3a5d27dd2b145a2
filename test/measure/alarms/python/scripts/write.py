found = np.asarray(found, dtype=float)
if is_number:
    found = found.ravel()
    if TASK["metric"] in ("rmsle", "mape"):
        found = np.clip(np.expm1(found), 0.01, y.max() * 2)
    submission["target"] = found
elif TASK["kind"] == "multiclass-columns":
    clipped = np.clip(found, 0.01, None)
    submission[[str(c) for c in labels]] = clipped / clipped.sum(axis=1, keepdims=True)
elif TASK["metric"] in ("log_loss", "roc_auc", "average_precision", "brier"):
    submission["target"] = np.clip(found[:, -1], 0.005, 0.995)
elif TASK["metric"] == "f1":
    submission["target"] = labels[(found[:, -1] > np.quantile(found[:, -1], 1 - target.mean())).astype(int)]
elif TASK["kind"] == "ordinal":
    submission["target"] = labels[np.clip(np.round(found @ np.arange(len(labels))), 0, len(labels) - 1).astype(int)]
else:
    submission["target"] = labels[found.argmax(axis=1)]
submission.to_csv("./submission.csv", index=False)
