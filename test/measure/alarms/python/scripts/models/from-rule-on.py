import lightgbm as lgb

# Boosting starts from the rule of thumb and corrects it where the rows say so.
rule = TASK["rule"]
start = [np.zeros(len(frame)) for frame in (train, test)]
if rule["column"] is not None:
    middle, width = (rule["low"] + rule["high"]) / 2, (rule["high"] - rule["low"]) / 2
    start = [(rule["slope"] * (frame[rule["column"]] - middle) / width).fillna(0).clip(-1, 1).to_numpy() for frame in (train, test)]
options = {"num_leaves": 7, "learning_rate": 0.05, "verbose": -1, "num_threads": 1, "seed": 1}
if is_number:
    start = [target.mean() + target.std() * each for each in start]
    booster = lgb.train({**options, "objective": "regression"}, lgb.Dataset(x, target, init_score=start[0]), 40)
    found = start[1] + booster.predict(x_test)
elif len(labels) == 2:
    base = np.log(target.mean() / (1 - target.mean()))
    booster = lgb.train({**options, "objective": "binary"}, lgb.Dataset(x, target, init_score=base + start[0]), 40)
    p = 1 / (1 + np.exp(-(base + start[1] + booster.predict(x_test, raw_score=True))))
    found = np.column_stack([1 - p, p])
else:
    found = lgb.LGBMClassifier(n_estimators=40, num_leaves=7, verbose=-1, n_jobs=1).fit(x, target).predict_proba(x_test)
