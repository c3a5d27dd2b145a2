from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression

# Whether there is anything at all first, then how much; of classes: whether it is the first, then which of the others.
options = {"max_iter": 50, "max_leaf_nodes": 7, "random_state": 2}
least = target.min()
some = (target > least).to_numpy()
if some.sum() < 30 or (~some).sum() < 10:
    found = fitted(HistGradientBoostingRegressor(**options), HistGradientBoostingClassifier(**options))
else:
    chance = LogisticRegression(max_iter=500).fit(z, some).predict_proba(z_test)[:, 1]
    if is_number:
        found = least + chance * (HistGradientBoostingRegressor(**options).fit(x[some], target[some]).predict(x_test) - least)
    elif len(labels) == 2:
        found = np.column_stack([1 - chance, chance])
    else:
        which = LogisticRegression(max_iter=500).fit(z[some], target[some]).predict_proba(z_test)
        found = np.column_stack([1 - chance, chance[:, None] * which])
