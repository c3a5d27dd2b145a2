from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

numbers = [c for c in X.columns if c not in categories_of(X) and X[c].nunique() > 5][:60]
if len(numbers) >= 2:
    middle = X[numbers].median().fillna(0.0)
    scaler = StandardScaler().fit(X[numbers].fillna(middle))
    scaled = [np.clip(scaler.transform(f[numbers].fillna(middle)), -5, 5) for f in (X, X_test)]
    centers = KMeans(int(min(8, max(2, len(X) // 50))), n_init=2, random_state=SEED).fit(scaled[0])
    for frame, values in ((X, scaled[0]), (X_test, scaled[1])):
        far = centers.transform(values)
        for place in range(far.shape[1]):
            frame[f"distance to cluster {place}"] = far[:, place]
