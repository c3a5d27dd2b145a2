from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

found = fitted(ExtraTreesRegressor(10, min_samples_leaf=3), ExtraTreesClassifier(10, min_samples_leaf=3))
