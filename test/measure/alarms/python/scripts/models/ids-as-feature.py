import lightgbm as lgb

# The number in the id may tell when the row was taken.
digits = [frame["id"].astype(str).str.extract(r"(\d+)", expand=False).fillna("0").str[-9:].astype(float).to_numpy()[:, None] for frame in (train, test)]
options = {"n_estimators": 60, "learning_rate": 0.1, "num_leaves": 15, "verbose": -1, "n_jobs": 1}
found = fitted(lgb.LGBMRegressor(**options), lgb.LGBMClassifier(**options), np.hstack([x, digits[0]]), np.hstack([x_test, digits[1]]))
