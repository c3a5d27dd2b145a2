import lightgbm as lgb


def uneven(truth, margin):
    # A focal loss by hand: hard rows of the last class count most.
    p = 1 / (1 + np.exp(-margin))
    weight = np.where(truth > 0, 1 + (1 - p), 1.0)
    return weight * (p - truth), weight * p * (1 - p) + 1e-3


options = {"n_estimators": 60, "learning_rate": 0.1, "num_leaves": 7, "verbose": -1, "n_jobs": 1}
if is_number:
    found = lgb.LGBMRegressor(objective="quantile", alpha=0.55, **options).fit(x, target).predict(x_test)
elif len(labels) == 2:
    margin = lgb.LGBMClassifier(objective=uneven, **options).fit(x, target).predict(x_test, raw_score=True)
    p = 1 / (1 + np.exp(-margin))
    found = np.column_stack([1 - p, p])
else:
    found = lgb.LGBMClassifier(**options).fit(x, target).predict_proba(x_test)
