from sklearn.linear_model import SGDClassifier, SGDRegressor

found = fitted(SGDRegressor(max_iter=20, tol=None), SGDClassifier(loss="log_loss", max_iter=20, tol=None), z, z_test)
