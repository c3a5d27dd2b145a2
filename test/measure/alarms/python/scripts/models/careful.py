from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

# The usual answer unless the forest is sure of another one.
SURE = 0.35
options = {"n_estimators": 80, "min_samples_leaf": 3, "random_state": 4, "n_jobs": 1}
found = fitted(ExtraTreesRegressor(**options), ExtraTreesClassifier(**options))
if is_number:
    found = np.where(np.abs(found - target.median()) < SURE * target.std() / 3, target.median(), found)
else:
    usual = int(np.bincount(target).argmax())
    found[:, usual] += SURE / 3
    found /= found.sum(axis=1, keepdims=True)
