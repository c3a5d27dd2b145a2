from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor


def fit_hist_boosting(x_train, y_train, x_valid, y_valid, seed, rounds):
    # Histogram boosting of scikit-learn with its own rows held out for stopping.
    size = len(x_train)
    loss = "absolute_error" if ABSOLUTE else "squared_error"
    parameters = dict(
        learning_rate=0.1 if FAST or size * K > 60000 else 0.05,
        max_iter=600,
        max_leaf_nodes=15,
        min_samples_leaf=max(5, min(40, size // 200)),
        l2_regularization=3.0,
        max_features=0.6,
        early_stopping=size >= 200,
        n_iter_no_change=20,
        random_state=seed,
    )
    parameters = paced(parameters, None)
    if KIND == "regression":
        model = HistGradientBoostingRegressor(loss=loss, **parameters)
    else:
        thin = np.unique(y_train, return_counts=True)[1].min() < 5
        model = HistGradientBoostingClassifier(**{**parameters, "early_stopping": size >= 200 and not thin})
    model.fit(as_numbers(x_train).to_numpy(), y_train)
    if KIND == "regression":
        return lambda frame: wide(model.predict(as_numbers(frame).to_numpy())), None
    return lambda frame: wide(model.predict_proba(as_numbers(frame).to_numpy()), model.classes_), None


predictions["hist-gradient-boosting"] = cross_fit("hist-gradient-boosting", fit_hist_boosting)
