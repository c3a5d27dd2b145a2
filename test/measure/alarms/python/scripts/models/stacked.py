from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_predict

forest = RandomForestRegressor(20, min_samples_leaf=5) if is_number else RandomForestClassifier(20, min_samples_leaf=5)
own = cross_val_predict(forest, x, target, cv=3, method="predict" if is_number else "predict_proba").reshape(len(x), -1)
forest.fit(x, target)
there = (forest.predict(x_test) if is_number else forest.predict_proba(x_test)).reshape(len(x_test), -1)
found = fitted(Ridge(), LogisticRegression(max_iter=300), np.hstack([z, own]), np.hstack([z_test, there]))
