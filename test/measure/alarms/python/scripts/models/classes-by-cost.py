from sklearn.linear_model import LogisticRegression, Ridge

# To miss the last class costs three times as much, as the description of such tasks has it.
COSTS = {0: 1.0, 1: 1.5}
weights = np.array([COSTS.get(i, 2.0) for i in range(len(labels))]) if not is_number else None
if is_number:
    found = Ridge(alpha=3).fit(z, target, sample_weight=np.where(target > target.median(), 1.3, 1.0)).predict(z_test)
else:
    found = LogisticRegression(max_iter=500, C=0.3).fit(z, target, sample_weight=weights[target]).predict_proba(z_test) / weights
    found /= found.sum(axis=1, keepdims=True)
