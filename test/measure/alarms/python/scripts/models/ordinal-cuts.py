from sklearn.ensemble import RandomForestRegressor

# One number for how far along the classes a row is, cut where the shares of the classes have it.
model = RandomForestRegressor(100, min_samples_leaf=4, random_state=3, n_jobs=1)
level = model.fit(x, target).predict(x_test)
found = level
if not is_number:
    shares = np.bincount(target, minlength=len(labels)).cumsum()[:-1] / len(target)
    cuts = np.concatenate([[-0.5], np.quantile(level, shares), [len(labels) - 0.5]])
    middle = (cuts[1:] + cuts[:-1]) / 2
    found = np.exp(-3 * (level[:, None] - middle) ** 2) * np.bincount(target, minlength=len(labels))
    found /= found.sum(axis=1, keepdims=True)
