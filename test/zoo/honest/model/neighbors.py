from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import RobustScaler

scaler = RobustScaler().fit(features(train))
knn = KNeighborsClassifier(n_neighbors=25, weights="distance")
knn.fit(scaler.transform(features(train)), train["sold"])
prediction = knn.predict_proba(scaler.transform(features(test)))[:, 1].clip(0.02, 0.98)
