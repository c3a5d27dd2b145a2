from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor


# include: audio/audio_columns.py


def fit_sound_trees(x_train, y_train, x_valid, y_valid, seed, rounds):
    kind = ExtraTreesRegressor if KIND == "regression" else ExtraTreesClassifier
    model = kind(
        n_estimators=200 if FAST or len(x_train) * K > 60000 else 400,
        min_samples_leaf=max(1, min(10, len(x_train) // 2000)),
        max_features=0.3 if KIND == "regression" else "sqrt",
        n_jobs=THREADS,
        random_state=seed,
    )
    model.fit(np.nan_to_num(x_train, nan=-999.0), y_train)
    if KIND == "regression":
        return lambda frame: wide(model.predict(np.nan_to_num(frame, nan=-999.0))), None
    return lambda frame: wide(model.predict_proba(np.nan_to_num(frame, nan=-999.0)), model.classes_), None


tree_before, tree_after = sound_columns()
predictions["spectral-forest"] = cross_fit("spectral-forest", fit_sound_trees, tree_before, tree_after)
