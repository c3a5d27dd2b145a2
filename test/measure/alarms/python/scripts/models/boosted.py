import lightgbm as lgb

options = {"n_estimators": 80, "learning_rate": 0.1, "num_leaves": 15, "verbose": -1, "n_jobs": 1}
found = fitted(lgb.LGBMRegressor(**options), lgb.LGBMClassifier(**options))
