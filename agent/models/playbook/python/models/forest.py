def fit_forest(x_train, y_train, seed, kinds, crowded):
    # Many deep trees that see different columns at each cut; gaps are filled by a value below all others.
    size = len(x_train)
    parameters = dict(
        n_estimators=turns(300 if size * K < 60000 and not FAST else 150),
        min_samples_leaf=max(2, min(20, size // 2000)),
        max_features=0.5 if KIND == "regression" or x_train.shape[1] < 12 else 0.3,
        n_jobs=THREADS,
        random_state=seed,
    )
    if size > 50000:
        parameters.update(crowded)
    model = kinds[KIND == "regression"](**parameters)

    def filled(frame):
        return as_numbers(frame).fillna(-999.0).to_numpy()

    model.fit(filled(x_train), y_train)
    if KIND == "regression":
        return lambda frame: wide(model.predict(filled(frame))), None
    return lambda frame: wide(model.predict_proba(filled(frame)), model.classes_), None
