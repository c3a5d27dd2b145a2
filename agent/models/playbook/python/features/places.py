from sklearn.cluster import KMeans
from sklearn.neighbors import NearestNeighbors


def coordinates():
    # The columns of latitude and longitude, by their names.
    names = {c.lower(): c for c in X.columns if c not in categories_of(X)}
    north = next((names[c] for c in names if re.search(r"(^|[^a-z])lat(itude)?($|[^a-z])", c)), None)
    east = next((names[c] for c in names if re.search(r"(^|[^a-z])(lon|lng|long|longitude)($|[^a-z])", c)), None)
    return None if north is None or east is None else (north, east)


def place_features(north, east):
    # Turned axes, how many rows lie near, and the part of the map, of which cross_fit takes the mean of the target.
    middle = X[[north, east]].median()
    at = [f[[north, east]].fillna(middle).to_numpy() - middle.to_numpy() for f in (X, X_test)]
    shrink = np.array([1.0, np.cos(np.radians(float(np.clip(middle[north], -80, 80))))])
    at = [places * shrink for places in at]
    made = {}, {}
    for side, places in enumerate(at):
        for angle in (30, 60, 120, 150):
            turn = np.radians(angle)
            made[side][f"place along {angle}"] = places @ np.array([np.sin(turn), np.cos(turn)])
    near = NearestNeighbors(n_neighbors=min(10, len(at[0]))).fit(at[0])
    for side, places in enumerate(at):
        made[side]["place apart"] = np.log(near.kneighbors(places)[0].mean(axis=1) + 1e-6)
    for size in (12, 50):
        if len(X) >= 15 * size:
            parts = KMeans(size, n_init=2, random_state=SEED).fit(at[0])
            ENCODED[f"place part {size}"] = [parts.predict(places) for places in at]
            for side, places in enumerate(at):
                if size == 12:
                    far = parts.transform(places)
                    made[side].update({f"place from {n}": far[:, n] for n in range(size)})
    return made


found = coordinates()
if found is not None:
    X, X_test = put_beside(X, X_test, *place_features(*found))
