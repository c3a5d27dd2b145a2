from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

PARAMS = dict(max_iter=60, learning_rate=0.08, max_leaf_nodes=7, l2_regularization=1.0)
X, y, X_test = features(train), train["sold"].to_numpy(), features(test)
oof, prediction = np.zeros(len(X)), np.zeros(len(X_test))
for fold, (fit, hold) in enumerate(StratifiedKFold(4, shuffle=True, random_state=7).split(X, y)):
    m = HistGradientBoostingClassifier(**PARAMS, random_state=fold).fit(X.iloc[fit], y[fit])
    oof[hold] = m.predict_proba(X.iloc[hold])[:, 1]
    prediction += m.predict_proba(X_test)[:, 1] / 4
    print(f"fold {fold}: {log_loss(y[hold], oof[hold]):.4f}")
print(f"Final Validation Performance: {log_loss(y, oof):.5f}")
