import lightgbm as lgb

# How often a value stands in training and test rows together.
both = pd.concat([train[features], test[features]])
counts = {c: both[c].value_counts() for c in features}
more, more_test = (np.column_stack([frame[c].map(counts[c]).fillna(0) for c in features]) for frame in (train, test))
options = {"n_estimators": 60, "learning_rate": 0.1, "num_leaves": 15, "verbose": -1, "n_jobs": 1}
found = fitted(lgb.LGBMRegressor(**options), lgb.LGBMClassifier(**options), np.hstack([x, more]), np.hstack([x_test, more_test]))
