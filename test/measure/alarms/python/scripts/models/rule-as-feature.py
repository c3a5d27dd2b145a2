import lightgbm as lgb

# Rules of thumb as flags, which the model may use or not.
flags = [np.zeros((len(frame), 0)) for frame in (train, test)]
if TASK["rule"]["column"] is not None:
    name, low, high = (TASK["rule"][key] for key in ("column", "low", "high"))
    flags = [np.column_stack([frame[name] > low + (high - low) * cut for cut in (0.25, 0.5, 0.75)]).astype(float) for frame in (train, test)]
options = {"n_estimators": 50, "learning_rate": 0.1, "num_leaves": 7, "verbose": -1, "n_jobs": 1}
found = fitted(lgb.LGBMRegressor(**options), lgb.LGBMClassifier(**options), np.hstack([x, flags[0]]), np.hstack([x_test, flags[1]]))
