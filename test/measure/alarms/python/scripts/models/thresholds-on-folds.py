from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score
from sklearn.model_selection import cross_val_predict

# The threshold of the last class is the one of inner folds that is best for F1; chances are moved so that it lies at a half.
if is_number:
    found = Ridge(alpha=1.0).fit(z, target).predict(z_test)
else:
    model = LogisticRegression(max_iter=500)
    inner = cross_val_predict(model, z, target, cv=3, method="predict_proba")[:, -1]
    last = target == len(labels) - 1
    best = max(np.linspace(0.15, 0.7, 23), key=lambda cut: f1_score(last, inner > cut))
    found = model.fit(z, target).predict_proba(z_test)
    if TASK["metric"] in ("accuracy", "balanced_accuracy", "f1", "f1_macro", "mcc", "quadratic_kappa"):
        found[:, -1] *= (1 - best) / best
