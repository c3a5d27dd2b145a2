from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor


# include: models/forest.py


def fit_random_forest(x_train, y_train, x_valid, y_valid, seed, rounds):
    kinds = RandomForestClassifier, RandomForestRegressor
    return fit_forest(x_train, y_train, seed, kinds, dict(max_samples=50000))


predictions["random-forest"] = cross_fit("random-forest", fit_random_forest)
