from sklearn.linear_model import LogisticRegression, Ridge

# The rate of the last class is the one that is told of the population, whatever the sample's.
TOLD = {"rare": 0.1, "binary": 0.5}
if is_number:
    found = Ridge(alpha=5).fit(z, target).predict(z_test)
else:
    found = LogisticRegression(max_iter=500, C=0.5).fit(z, target).predict_proba(z_test)
    if len(labels) == 2:
        rate, own = TOLD[TASK["kind"]], target.mean()
        odds = found[:, 1] / found[:, 0] * (rate / (1 - rate)) / (own / (1 - own))
        found = np.column_stack([1 / (1 + odds), odds / (1 + odds)])
