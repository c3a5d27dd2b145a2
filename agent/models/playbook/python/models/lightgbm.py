import lightgbm as lgb


def fit_lightgbm(x_train, y_train, x_valid, y_valid, seed, rounds):
    # Small steps with early stopping; objective and regularisation follow the metric and the rows at hand.
    size = len(x_train)
    objective = {"regression": "regression", "binary": "binary", "multiclass": "multiclass"}[KIND]
    if KIND == "regression" and ABSOLUTE:
        objective = "regression_l1"
    parameters = dict(
        objective=objective,
        learning_rate=0.06 if FAST or size * K > 60000 else 0.03,
        num_leaves=15 if size < 3000 else 31,
        min_child_samples=max(5, min(40, size // 200)),
        colsample_bytree=0.6,
        subsample=0.8,
        subsample_freq=1,
        reg_lambda=3.0,
        cat_smooth=20.0,
        n_estimators=2000,
        n_jobs=THREADS if size * x_train.shape[1] > 150_000 else 1,
        random_state=seed,
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )
    parameters.update(LIGHTGBM)
    parameters = paced(parameters, rounds)
    kind = lgb.LGBMRegressor if KIND == "regression" else lgb.LGBMClassifier
    crowded = [c for c in categories_of(x_train) if x_train[c].cat.categories.size > 40]
    used = [c for c in x_train.columns if c not in crowded or f"{c} count" not in x_train.columns]
    plain = [f"f{i}" for i in range(len(used))]

    def narrow(frame):
        return frame[used].set_axis(plain, axis=1)

    model = kind(**parameters)
    if x_valid is None or (KIND != "regression" and not set(np.unique(y_valid)) <= set(np.unique(y_train))):
        model.set_params(n_estimators=rounds or turns(300))
        model.fit(narrow(x_train), y_train)
    else:
        stop = lgb.early_stopping(40 if FAST else 80, first_metric_only=True, verbose=False)
        with warnings.catch_warnings():
            # Newer releases rename eval_set; older ones know no other name.
            warnings.simplefilter("ignore")
            model.fit(narrow(x_train), y_train, eval_set=[(narrow(x_valid), y_valid)], callbacks=[stop])
    if KIND == "regression":
        return lambda frame: wide(model.predict(narrow(frame))), model.best_iteration_
    return lambda frame: wide(model.predict_proba(narrow(frame)), model.classes_), model.best_iteration_


LIGHTGBM = {}
predictions["lightgbm"] = cross_fit("lightgbm", fit_lightgbm)
