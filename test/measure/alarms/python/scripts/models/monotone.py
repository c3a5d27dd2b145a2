import lightgbm as lgb

# More of the column that is known to matter never means less of the answer.
rule = TASK["rule"]
signs = [0] * x.shape[1]
if rule["column"] is not None:
    signs[numeric.index(rule["column"])] = int(rule["slope"])
options = {"n_estimators": 80, "learning_rate": 0.1, "num_leaves": 7, "verbose": -1, "n_jobs": 1}
if is_number or len(labels) == 2:
    found = fitted(lgb.LGBMRegressor(monotone_constraints=signs, **options), lgb.LGBMClassifier(monotone_constraints=signs, **options))
else:
    # Of several classes the level is monotone: the chances lie around it.
    level = lgb.LGBMRegressor(monotone_constraints=signs, **options).fit(x, target).predict(x_test)
    found = np.exp(-2 * (level[:, None] - np.arange(len(labels))) ** 2) * np.bincount(target, minlength=len(labels))
