from sklearn.linear_model import LogisticRegression, Ridge

found = fitted(Ridge(), LogisticRegression(max_iter=300), z, z_test)
