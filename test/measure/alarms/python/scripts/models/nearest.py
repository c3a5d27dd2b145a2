from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

found = fitted(KNeighborsRegressor(1), KNeighborsClassifier(1), z, z_test)
