from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

# A Poisson or gamma loss where the answers allow it: no number below zero is expected.
options = {"max_iter": 60, "max_leaf_nodes": 7, "learning_rate": 0.08, "random_state": 0}
loss = "squared_error" if target.min() < 0 else "poisson" if target.min() == 0 else "gamma"
found = fitted(HistGradientBoostingRegressor(loss=loss, **options), HistGradientBoostingClassifier(**options))
