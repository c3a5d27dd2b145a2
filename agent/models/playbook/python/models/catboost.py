import catboost as cb


def fit_catboost(x_train, y_train, x_valid, y_valid, seed, rounds):
    # Ordered boosting with ordered statistics of the categories themselves.
    size = len(x_train)
    # Columns go by number: not every name that a table has is one that the library takes.
    cats = [place for place, c in enumerate(x_train.columns) if c in set(categories_of(x_train))]

    def plain(frame):
        frame = frame.set_axis(range(frame.shape[1]), axis=1)
        for c in cats:
            frame[c] = frame[c].astype(object).where(frame[c].notna(), "(missing)").astype(str)
        return frame

    objective = {"regression": "RMSE", "binary": "Logloss", "multiclass": "MultiClass"}[KIND]
    if KIND == "regression" and ABSOLUTE:
        objective = "MAE"
    inside = x_valid is not None and (KIND == "regression" or set(np.unique(y_valid)) <= set(np.unique(y_train)))
    slow = FAST or size * K > 40000
    parameters = dict(
        loss_function=objective,
        iterations=350 if slow else 800,
        learning_rate=0.12 if slow else 0.06,
        depth=6,
        l2_leaf_reg=5.0,
        leaf_estimation_iterations=2 if KIND == "binary" else 1,
        border_count=64,
        max_ctr_complexity=1,
        one_hot_max_size=10,
        thread_count=THREADS,
        random_seed=seed,
        allow_writing_files=False,
        verbose=False,
    )
    parameters.update(CATBOOST)
    parameters = paced(parameters, rounds)
    if inside:
        parameters["early_stopping_rounds"] = 30 if slow else 50
    model = (cb.CatBoostRegressor if KIND == "regression" else cb.CatBoostClassifier)(**parameters)
    held = cb.Pool(plain(x_valid), y_valid, cat_features=cats) if inside else None
    model.fit(cb.Pool(plain(x_train), y_train, cat_features=cats), eval_set=held)
    best = model.tree_count_ if inside else rounds
    if KIND == "regression":
        return lambda frame: wide(model.predict(plain(frame))), best
    return lambda frame: wide(model.predict_proba(plain(frame)), model.classes_), best


CATBOOST = {}
predictions["catboost"] = cross_fit("catboost", fit_catboost)
