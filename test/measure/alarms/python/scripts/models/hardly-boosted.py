import lightgbm as lgb

options = {"n_estimators": 15, "learning_rate": 0.02, "num_leaves": 7, "verbose": -1, "n_jobs": 1}
found = fitted(lgb.LGBMRegressor(**options), lgb.LGBMClassifier(**options))
