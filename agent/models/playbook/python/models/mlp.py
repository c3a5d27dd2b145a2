from sklearn.neural_network import MLPClassifier, MLPRegressor


def fit_mlp(x_train, y_train, x_valid, y_valid, seed, rounds):
    # Two small nets with early stopping, averaged: one net's start matters too much.
    size = x_train.shape[0]
    parameters = dict(
        hidden_layer_sizes=(64, 32),
        alpha=0.01,
        batch_size=min(256, max(16, size // 20)),
        learning_rate_init=0.002,
        max_iter=turns(60 if size < 20000 else 25, 5),
        early_stopping=size >= 200 and np.unique(y_train, return_counts=True)[1].min() * 0.1 >= 2,
        validation_fraction=0.1,
        n_iter_no_change=6,
    )
    if KIND == "regression":
        parameters["early_stopping"] = size >= 200
        center, spread = y_train.mean(), y_train.std() + 1e-12
        models = [MLPRegressor(random_state=seed + n, **parameters) for n in range(2)]
        for model in models:
            model.fit(x_train, (y_train - center) / spread)
        return lambda frame: wide(np.mean([m.predict(frame) for m in models], axis=0) * spread + center), None
    models = [MLPClassifier(random_state=seed + n, **parameters) for n in range(2)]
    for model in models:
        model.fit(x_train, y_train)
    classes = models[0].classes_
    return lambda frame: wide(np.mean([m.predict_proba(frame) for m in models], axis=0), classes), None


with warnings.catch_warnings():
    # Reaching the last epoch without having converged is what is meant here.
    warnings.simplefilter("ignore")
    predictions["mlp"] = cross_fit("mlp", fit_mlp, *one_hot())
