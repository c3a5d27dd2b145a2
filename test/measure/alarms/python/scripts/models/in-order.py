import lightgbm as lgb

# Rows follow each other by time or id: the cells of the row before and after are features.
key = TASK["time"] or ("step" if "step" in features else "id")
both = pd.concat([train[[key]].assign(**pd.DataFrame(x).add_prefix("c")), test[[key]].assign(**pd.DataFrame(x_test).add_prefix("c"))], ignore_index=True)
order = both.sort_values(key, kind="stable").drop(columns=key)
near = pd.concat([order.shift(1), order.shift(-1), order.rolling(5, center=True, min_periods=1).mean()], axis=1).sort_index().fillna(0).to_numpy()
options = {"n_estimators": 60, "learning_rate": 0.1, "num_leaves": 15, "verbose": -1, "n_jobs": 1}
found = fitted(lgb.LGBMRegressor(**options), lgb.LGBMClassifier(**options), np.hstack([x, near[: len(train)]]), np.hstack([x_test, near[len(train) :]]))
