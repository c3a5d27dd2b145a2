from sklearn.linear_model import LogisticRegression, Ridge

found = fitted(Ridge(alpha=20 * len(train)), LogisticRegression(C=0.0005, max_iter=300), z, z_test)
