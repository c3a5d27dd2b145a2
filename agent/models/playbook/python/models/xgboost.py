import xgboost as xgb


def fit_xgboost(x_train, y_train, x_valid, y_valid, seed, rounds):
    # Second-order boosting on category codes; stops when the rows held out get no better.
    size = len(x_train)
    objective = {"regression": "reg:squarederror", "binary": "binary:logistic", "multiclass": "multi:softprob"}
    parameters = dict(
        objective=objective[KIND],
        learning_rate=0.08 if FAST or size * K > 60000 else 0.04,
        max_depth=5,
        min_child_weight=4,
        colsample_bytree=0.6,
        subsample=0.8,
        reg_lambda=4.0,
        n_estimators=1500,
        tree_method="hist",
        max_bin=128,
        n_jobs=THREADS,
        random_state=seed,
        early_stopping_rounds=40 if x_valid is not None else None,
    )
    if KIND == "regression" and ABSOLUTE:
        parameters["objective"] = "reg:absoluteerror"
    parameters.update(XGBOOST)
    parameters = paced(parameters, rounds)
    levels, codes = np.unique(y_train, return_inverse=True)
    target = y_train if KIND == "regression" else codes
    inside = x_valid is not None and (KIND == "regression" or set(np.unique(y_valid)) <= set(levels))
    if not inside:
        parameters.update(early_stopping_rounds=None, n_estimators=rounds or turns(300))
    model = (xgb.XGBRegressor if KIND == "regression" else xgb.XGBClassifier)(**parameters)
    held = None
    if inside:
        valid = y_valid if KIND == "regression" else np.searchsorted(levels, y_valid)
        held = [(as_numbers(x_valid).to_numpy(), valid)]
    model.fit(as_numbers(x_train).to_numpy(), target, eval_set=held, verbose=False)
    best = model.best_iteration + 1 if inside else rounds
    if KIND == "regression":
        return lambda frame: wide(model.predict(as_numbers(frame).to_numpy())), best
    return lambda frame: wide(model.predict_proba(as_numbers(frame).to_numpy()), levels), best


XGBOOST = {}
predictions["xgboost"] = cross_fit("xgboost", fit_xgboost)
