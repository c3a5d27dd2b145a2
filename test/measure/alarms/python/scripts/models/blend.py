import lightgbm as lgb
from sklearn.linear_model import LogisticRegression, Ridge

options = {"n_estimators": 60, "num_leaves": 7, "verbose": -1, "n_jobs": 1, "random_state": 3, "subsample": 0.7, "subsample_freq": 1}
found = (fitted(Ridge(), LogisticRegression(max_iter=300), z, z_test) + fitted(lgb.LGBMRegressor(**options), lgb.LGBMClassifier(**options))) / 2
