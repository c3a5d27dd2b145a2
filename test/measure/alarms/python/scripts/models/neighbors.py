from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

found = fitted(KNeighborsRegressor(15, weights="distance"), KNeighborsClassifier(15, weights="distance"), z, z_test)
