from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

X, y, X_test = features(train), train["sold"], features(test)
prediction = np.zeros(len(test))
# Not seeded on purpose: averages of many trees hardly differ.
for kind in (RandomForestClassifier, ExtraTreesClassifier):
    prediction += kind(n_estimators=60, min_samples_leaf=5).fit(X, y).predict_proba(X_test)[:, 1] / 2
