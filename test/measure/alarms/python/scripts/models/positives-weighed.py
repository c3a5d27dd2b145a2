import lightgbm as lgb

# The last class counts by how rare it is; of numbers the large ones count twice.
options = {"n_estimators": 60, "learning_rate": 0.1, "num_leaves": 7, "verbose": -1, "n_jobs": 1}
if is_number:
    found = lgb.LGBMRegressor(**options).fit(x, target, sample_weight=1 + (target > target.quantile(0.75))).predict(x_test)
elif len(labels) == 2:
    found = lgb.LGBMClassifier(scale_pos_weight=min(20, (target == 0).sum() / (target == 1).sum()), **options).fit(x, target).predict_proba(x_test)
else:
    found = lgb.LGBMClassifier(class_weight="balanced", **options).fit(x, target).predict_proba(x_test)
if not is_number and len(labels) == 2:
    # Back to chances: weighed odds are too high by the weight.
    odds = found[:, 1] / (1 - found[:, 1] + 1e-9) / min(20, (target == 0).sum() / (target == 1).sum())
    found = np.column_stack([1 / (1 + odds), odds / (1 + odds)])
